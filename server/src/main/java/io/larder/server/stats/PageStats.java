package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.StoreSnapshot.DeviceSnapshot;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.stats.DeviceCounts;
import io.larder.engine.stats.LatencySnapshot;
import io.larder.protocol.stats.StatSink;

/**
 * The rows of {@code stats extstore}: four for each page, as memcached has them, and Larder's own
 * for each device.
 */
final class PageStats {
  private PageStats() {}

  static void write(Cache cache, StatSink sink) {
    StoreSnapshot flash = cache.snapshot().flash();
    if (flash == null) {
      return;
    }
    for (PageSnapshot page : flash.pages()) {
      sink.stat(page.id() + ":version", page.version());
      sink.stat(page.id() + ":bytes", page.liveBytes());
      sink.stat(page.id() + ":bucket", page.bucket().word());
      sink.stat(page.id() + ":free_bucket", page.freeBucket().word());
    }
    for (int i = 0; i < flash.devices().size(); i++) {
      write("larder_device_" + i + ":", flash, i, sink);
    }
  }

  private static void write(String prefix, StoreSnapshot flash, int index, StatSink sink) {
    DeviceSnapshot device = flash.devices().get(index);
    DeviceCounts counts = device.counts();
    sink.stat(prefix + "path", device.name());
    sink.stat(prefix + "bytes", device.sizeBytes());
    sink.stat(prefix + "pages", flash.pageCount(index));
    sink.stat(prefix + "pages_free", flash.freePageCount(index));
    sink.stat(prefix + "free_bucket", device.freeBucket().word());
    sink.stat(prefix + "out_of_service", device.outOfService() ? 1 : 0);
    sink.stat(prefix + "reads", counts.reads());
    sink.stat(prefix + "bytes_read", counts.bytesRead());
    sink.stat(prefix + "read_errors", counts.readErrors());
    sink.stat(prefix + "reclaim_bytes_read", counts.reclaimBytesRead());
    sink.stat(prefix + "writes", counts.writes());
    sink.stat(prefix + "bytes_written", counts.bytesWritten());
    sink.stat(prefix + "write_errors", counts.writeErrors());
    write(prefix + "read_", counts.readLatency(), sink);
    write(prefix + "write_", counts.writeLatency(), sink);
  }

  private static void write(String prefix, LatencySnapshot latency, StatSink sink) {
    sink.stat(prefix + "p50_us", latency.p50Micros());
    sink.stat(prefix + "p99_us", latency.p99Micros());
    sink.stat(prefix + "max_us", latency.maxMicros());
  }
}
