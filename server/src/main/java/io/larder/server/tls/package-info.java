/**
 * TLS: certificates, keys and what is asked of clients.
 *
 * <p>Files in reading order: {@code TlsSettings}, {@code ClientCheck}, {@code TlsListener}, {@code
 * Tls}, {@code PemFile}, {@code CipherNames}, {@code TlsSnapshot}.
 */
@NullMarked
package io.larder.server.tls;

import org.jspecify.annotations.NullMarked;
