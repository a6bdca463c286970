package io.larder.tests.conformance.clients;

import java.util.List;

/** What clients may say. */
final class Words {
  /** Whatever any memcached knows, and some more. */
  static final List<String> ANYTHING =
      List.of(
          "get kept",
          "gets kept",
          "gat 0 kept",
          "gats 0 kept",
          "add new 0 0 1",
          "replace kept 0 0 1",
          "append kept 0 0 1",
          "prepend kept 0 0 1",
          "cas kept 0 0 1 1",
          "incr kept 1",
          "decr kept 1",
          "delete kept",
          "touch kept -1",
          "flush_all",
          "flush_all 0 noreply",
          "cache_memlimit 1",
          "stats",
          "stats settings",
          "stats items",
          "stats slabs",
          "stats sizes",
          "stats conns",
          "stats extstore",
          "stats reset",
          "stats detail on",
          "stats cachedump 1 0",
          "version",
          "verbosity 0",
          "mn",
          "mg kept v",
          "mg new N30 v",
          "ms kept 1",
          "md kept",
          "ma kept",
          "me kept",
          "watch fetchers mutations evictions",
          "lru_crawler metadump all",
          "lru_crawler mgdump all",
          "lru_crawler enable",
          "lru tune 10 10 0.1 2.0",
          "slabs reassign 1 2",
          "extstore item_age 5",
          "refresh_certs",
          "shutdown",
          "shutdown graceful",
          "debugtime p",
          "debugitem lock kept",
          "misbehave",
          "quit",
          "");

  private Words() {}
}
