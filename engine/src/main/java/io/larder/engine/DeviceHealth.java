package io.larder.engine;

import io.larder.engine.model.Bucket;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether each device still takes writes.
 *
 * <p><b>Threads.</b> Any.
 */
final class DeviceHealth {
  /** Writes refused in a row after which a device gets no more pages to write. */
  static final int REFUSED_IN_A_ROW_MAX = 5;

  private final List<Entry> entries;

  /** Devices in service, kept for these buckets. */
  DeviceHealth(List<Bucket> freeBuckets) {
    entries = freeBuckets.stream().map(Entry::new).toList();
  }

  private static final class Entry {
    final Bucket freeBucket;
    final AtomicInteger refusedInARow = new AtomicInteger();
    final AtomicBoolean out = new AtomicBoolean();

    Entry(Bucket freeBucket) {
      this.freeBucket = freeBucket;
    }
  }

  void wrote(int deviceIndex) {
    entries.get(deviceIndex).refusedInARow.setPlain(0);
  }

  /** Returns whether this was the error that takes the device out of service. */
  boolean refusedWrite(int deviceIndex) {
    Entry entry = entries.get(deviceIndex);
    return entry.refusedInARow.incrementAndGet() >= REFUSED_IN_A_ROW_MAX
        && entry.out.compareAndSet(false, true);
  }

  boolean isOut(int deviceIndex) {
    return entries.get(deviceIndex).out.get();
  }

  /** Whether no device that {@code bucket} may use takes writes. */
  boolean areAllOut(Bucket bucket) {
    for (Entry entry : entries) {
      boolean mayUse = entry.freeBucket == Bucket.DEFAULT || entry.freeBucket == bucket;
      if (mayUse && !entry.out.get()) {
        return false;
      }
    }
    return true;
  }
}
