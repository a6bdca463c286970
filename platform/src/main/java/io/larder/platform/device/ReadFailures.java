package io.larder.platform.device;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the reads that devices refused, and says so in the log at most once per second and device:
 * a device that dies may refuse a hundred thousand in that second.
 *
 * <p><b>Threads.</b> Any.
 */
public final class ReadFailures {
  private static final Logger LOG = LoggerFactory.getLogger(ReadFailures.class);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ConcurrentHashMap<String, OfDevice> byName = new ConcurrentHashMap<>();

  /** Notes that {@code read} was refused for {@code reason}. */
  public void failed(DeviceRead read, Object reason) {
    Device device = read.device();
    OfDevice failures = byName.computeIfAbsent(device.name(), _ -> new OfDevice());
    failures.count.increment();
    long silent = failures.takeTurnToSpeak(System.nanoTime());
    if (silent >= 0) {
      LOG.warn(
          "{}: read of {} bytes at {} failed: {} ({} more since the last such line)",
          device.name(),
          read.lengthBytes(),
          read.offsetBytes(),
          reason,
          silent);
    }
  }

  /** Reads this device has refused so far. */
  public long count(Device device) {
    OfDevice failures = byName.get(device.name());
    return failures == null ? 0 : failures.count.sum();
  }

  private static final class OfDevice {
    private final LongAdder count = new LongAdder();
    private final LongAdder silent = new LongAdder();
    private final AtomicLong quietUntilNanos = new AtomicLong(System.nanoTime() - 1);

    /** How many failures went by in silence, or negative when this one has to as well. */
    long takeTurnToSpeak(long nowNanos) {
      long until = quietUntilNanos.get();
      if (nowNanos - until < 0 || !quietUntilNanos.compareAndSet(until, nowNanos + QUIET_NANOS)) {
        silent.increment();
        return -1;
      }
      return silent.sumThenReset();
    }
  }
}
