package io.larder.server.net;

import io.larder.server.tls.TlsListener;
import io.larder.server.tls.TlsSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where clients are met, and how many.
 *
 * @param addresses to listen on, of TCP
 * @param datagramAddresses to listen on, of UDP
 * @param tls how TLS is spoken, where it is; null for nowhere
 * @param unixSocket to listen on instead; null for none
 * @param threadCount event loops
 * @param connectionsMax clients connected at once
 * @param refusesConnections whether clients beyond that are refused, instead of left waiting
 * @param backlog connections the kernel holds before they are accepted
 * @param idleTimeout how long a client may be silent; zero for ever
 */
public record NetSettings(
    List<Endpoint> addresses,
    List<InetSocketAddress> datagramAddresses,
    @Nullable TlsSettings tls,
    @Nullable UnixSocket unixSocket,
    int threadCount,
    int connectionsMax,
    boolean refusesConnections,
    int backlog,
    Duration idleTimeout) {

  /** An address of TCP, and what is spoken there. */
  public record Endpoint(InetSocketAddress address, TlsListener tls) {}

  /** A socket in the file system. */
  public record UnixSocket(Path path, Set<PosixFilePermission> permissions) {
    public UnixSocket {
      permissions = Set.copyOf(permissions);
    }
  }

  public NetSettings {
    addresses = List.copyOf(addresses);
    datagramAddresses = List.copyOf(datagramAddresses);
  }
}
