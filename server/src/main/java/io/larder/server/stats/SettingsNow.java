package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.model.Tunables;
import io.larder.engine.model.ReclaimLimits;
import io.larder.server.net.NetSettings;
import io.larder.server.options.ServeConfig;
import java.net.InetSocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;

/**
 * What was set at the start, and what has been changed since.
 *
 * @param openCache the cache that is running
 * @param countsPrefixes whether statistics by key prefix are kept
 */
record SettingsNow(ServerFacts facts, Cache openCache, boolean countsPrefixes) {

  ServeConfig config() {
    return facts.config();
  }

  CacheConfig cache() {
    return facts.cache();
  }

  List<String> addresses() {
    return facts.addresses();
  }

  String transport() {
    return facts.transport();
  }

  Tunables tunables() {
    return openCache.tunables();
  }

  /** The first port of UDP; 0 if there is none. */
  int udpPort() {
    return facts.datagramAddresses().stream()
        .mapToInt(InetSocketAddress::getPort)
        .findFirst()
        .orElse(0);
  }

  /** Who may use the Unix socket, in octal; memcached's default where there is none. */
  String umask() {
    NetSettings.UnixSocket socket = config().net().unixSocket();
    if (socket == null) {
      return "700";
    }
    int bits = 0;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      // From the owner's to read, the highest bit, to everybody's to execute.
      bits = bits << 1 | (socket.permissions().contains(permission) ? 1 : 0);
    }
    return Integer.toOctalString(bits);
  }

  /** A limit in pages, or the pages that an automatic one stands for. */
  int pages(int limitPages) {
    return limitPages == ReclaimLimits.AUTOMATIC ? openCache.automaticLimitPages() : limitPages;
  }
}
