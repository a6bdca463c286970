package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.model.Tunables;
import io.larder.engine.model.ReclaimLimits;
import io.larder.server.options.ServeConfig;
import java.util.List;

/**
 * What was set at the start, and what has been changed since.
 *
 * @param openCache the cache that is running
 */
record SettingsNow(ServerFacts facts, Cache openCache) {

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

  /** A limit in pages, or the pages that an automatic one stands for. */
  int pages(int limitPages) {
    return limitPages == ReclaimLimits.AUTOMATIC ? openCache.automaticLimitPages() : limitPages;
  }
}
