package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.page.PageSnapshot;
import io.larder.protocol.stats.StatSink;
import java.util.Locale;

/** The rows of {@code stats extstore}: four for each page, as memcached has them. */
final class PageStats {
  private PageStats() {}

  static void write(Cache cache, StatSink sink) {
    StoreSnapshot flash = cache.snapshot().flash();
    if (flash == null) {
      return;
    }
    for (PageSnapshot page : flash.pages()) {
      String bucket = page.bucket().name().toLowerCase(Locale.ROOT);
      sink.stat(page.id() + ":version", page.version());
      sink.stat(page.id() + ":bytes", page.liveBytes());
      sink.stat(page.id() + ":bucket", bucket);
      sink.stat(page.id() + ":free_bucket", "default");
    }
  }
}
