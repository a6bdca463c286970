package io.larder.engine;

import io.larder.platform.device.Device;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What each device has refused, and whether it still takes writes.
 *
 * <p><b>Threads.</b> Any.
 */
final class DeviceHealth {
  /** Writes refused in a row after which a device gets no more pages to write. */
  static final int REFUSED_IN_A_ROW_MAX = 5;

  private final List<Entry> entries;

  DeviceHealth(List<Device> devices) {
    entries = devices.stream().map(device -> new Entry()).toList();
  }

  private static final class Entry {
    final AtomicInteger refusedInARow = new AtomicInteger();
    final AtomicBoolean out = new AtomicBoolean();
    final LongAdder readErrors = new LongAdder();
    final LongAdder writeErrors = new LongAdder();
  }

  void wrote(int deviceIndex) {
    entries.get(deviceIndex).refusedInARow.setPlain(0);
  }

  /** Returns whether this was the error that takes the device out of service. */
  boolean refusedWrite(int deviceIndex) {
    Entry entry = entries.get(deviceIndex);
    entry.writeErrors.increment();
    return entry.refusedInARow.incrementAndGet() >= REFUSED_IN_A_ROW_MAX
        && entry.out.compareAndSet(false, true);
  }

  void refusedRead(int deviceIndex) {
    entries.get(deviceIndex).readErrors.increment();
  }

  boolean isOut(int deviceIndex) {
    return entries.get(deviceIndex).out.get();
  }

  boolean areAllOut() {
    return entries.stream().allMatch(entry -> entry.out.get());
  }

  long readErrors(int deviceIndex) {
    return entries.get(deviceIndex).readErrors.sum();
  }

  long writeErrors(int deviceIndex) {
    return entries.get(deviceIndex).writeErrors.sum();
  }
}
