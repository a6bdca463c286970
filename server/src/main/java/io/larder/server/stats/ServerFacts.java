package io.larder.server.stats;

import io.larder.cache.CacheConfig;
import io.larder.server.options.ServeConfig;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a server was started with.
 *
 * @param version Larder's
 * @param config what was asked for
 * @param cache what the cache is made of
 * @param transport how sockets and flash are talked to
 * @param addresses where clients find the server
 * @param datagramAddresses where datagrams come in
 * @param startedAtSeconds unix seconds
 */
public record ServerFacts(
    String version,
    ServeConfig config,
    CacheConfig cache,
    String transport,
    List<String> addresses,
    List<InetSocketAddress> datagramAddresses,
    long startedAtSeconds) {

  /** The memcached whose protocol is spoken: clients look at these numbers to know what to ask. */
  public static final String PROTOCOL_VERSION = "1.6.45";

  public ServerFacts {
    addresses = List.copyOf(addresses);
    datagramAddresses = List.copyOf(datagramAddresses);
  }

  /** The same server with what its cache is made of by now. */
  ServerFacts with(CacheConfig cacheNow) {
    return new ServerFacts(
        version, config, cacheNow, transport, addresses, datagramAddresses, startedAtSeconds);
  }

  /** The answer to {@code version}: a memcached's, with Larder's own behind it. */
  public String protocolVersion() {
    return PROTOCOL_VERSION + "-larder-" + version;
  }
}
