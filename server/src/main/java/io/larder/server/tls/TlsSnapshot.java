package io.larder.server.tls;

/**
 * What TLS has counted.
 *
 * @param newSessions handshakes that began a session
 * @param handshakeErrors handshakes that failed
 * @param protocolErrors connections that failed after their handshake
 * @param secondsSinceRefresh how long ago the certificates were read
 */
public record TlsSnapshot(
    long newSessions, long handshakeErrors, long protocolErrors, long secondsSinceRefresh) {}
