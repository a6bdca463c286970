package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.time.Clock;
import java.util.function.LongSupplier;

/**
 * How much may be written to flash: so many bytes a second over a sliding day, spent on what is
 * most useful.
 *
 * <p>Whoever wants to write says how useful it would be. The bar is where what lies above it, at
 * the rate it has lately been offered, uses up the budget; it moves once a second. What is just
 * below the bar gets what is left over, first come, first served. Nothing is left to chance.
 *
 * <p>What has not been spent adds to the rate, spread over a day, for a day; what was spent too
 * much is taken from it in the same way. This is the budget of CacheLib's DynamicRandomAP, with a
 * bar in place of its coin.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor, under which nothing else is locked.
 */
public final class WriteBudget {
  /** How many steps of usefulness there are. */
  public static final int STEP_COUNT = 32;

  private static final long INTERVAL_NANOS = 1_000_000_000;
  private static final double DAY_SECONDS = 86_400;

  /** How much the last second says of the rate at which a step is offered. */
  private static final double NEWEST_SHARE = 1.0 / 4;

  /** Left over by the bar, and kept for so long until somebody takes it. */
  private static final double LEFT_OVER_SECONDS = 4;

  /** Directories and padding cost no more than this; beyond is a device that cannot count. */
  private static final double AMPLIFICATION_MAX = 4;

  private final double bytesPerSecond;
  private final Clock clock;
  private final LongSupplier deviceBytes;

  @GuardedBy("this")
  private final double[] offeredPerSecond = new double[STEP_COUNT];

  @GuardedBy("this")
  private final long[] offeredBytes = new long[STEP_COUNT];

  @GuardedBy("this")
  private long intervalStartNanos;

  @GuardedBy("this")
  private long deviceBytesSeen;

  @GuardedBy("this")
  private final long deviceBytesAtStart;

  @GuardedBy("this")
  private long admittedBytes;

  /** What is left of the last day's budget; negative when more has been spent. */
  @GuardedBy("this")
  private double balanceBytes;

  @GuardedBy("this")
  private int bar;

  @GuardedBy("this")
  private double leftOverBytes;

  @GuardedBy("this")
  private boolean isFirstInterval = true;

  /**
   * A budget that starts now.
   *
   * @param bytesPerSecond on the device, directories and padding included; 0 = no limit
   * @param deviceBytes how much has been written to the devices so far
   */
  public WriteBudget(long bytesPerSecond, Clock clock, LongSupplier deviceBytes) {
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.deviceBytes = deviceBytes;
    this.intervalStartNanos = clock.nanos();
    this.deviceBytesAtStart = deviceBytes.getAsLong();
    this.deviceBytesSeen = deviceBytesAtStart;
    this.leftOverBytes = bytesPerSecond;
  }

  /** Whether there is a limit at all. */
  public boolean isLimited() {
    return bytesPerSecond > 0;
  }

  /**
   * Asks for {@code bytes} to be written, and spends them if so.
   *
   * @param usefulness a step from 0 to {@link #STEP_COUNT} - 1
   */
  public boolean spend(int usefulness, int bytes) {
    if (!isLimited()) {
      return true;
    }
    synchronized (this) {
      long now = clock.nanos();
      if (now - intervalStartNanos >= INTERVAL_NANOS) {
        endInterval(now);
      }
      offeredBytes[usefulness] += bytes;
      if (isFirstInterval || usefulness < bar) {
        // Nothing is known yet of the first second: it is all left over.
        boolean mayHaveTheRest = isFirstInterval || usefulness == bar - 1;
        if (!mayHaveTheRest || leftOverBytes < bytes) {
          return false;
        }
        leftOverBytes -= bytes;
      }
      admittedBytes += bytes;
      return true;
    }
  }

  /** The step from which on everything is written; 0 = everything is. */
  public synchronized int bar() {
    return bar;
  }

  @GuardedBy("this")
  private void endInterval(long now) {
    double seconds = (now - intervalStartNanos) / 1e9;
    intervalStartNanos = now;
    long device = deviceBytes.getAsLong();
    balanceBytes += bytesPerSecond * seconds - (device - deviceBytesSeen);
    deviceBytesSeen = device;
    double day = bytesPerSecond * DAY_SECONDS;
    balanceBytes = Math.clamp(balanceBytes, -day, day);

    // A long pause says as much of the rate as the seconds it took.
    double share = isFirstInterval ? 1 : 1 - Math.pow(1 - NEWEST_SHARE, seconds);
    isFirstInterval = false;
    for (int step = 0; step < STEP_COUNT; step++) {
      offeredPerSecond[step] += share * (offeredBytes[step] / seconds - offeredPerSecond[step]);
      offeredBytes[step] = 0;
    }

    double target = Math.max(0, bytesPerSecond + balanceBytes / DAY_SECONDS) / amplification();
    double above = 0;
    int step = STEP_COUNT;
    while (step > 0 && above + offeredPerSecond[step - 1] <= target) {
      step--;
      above += offeredPerSecond[step];
    }
    bar = step;
    leftOverBytes =
        Math.min(leftOverBytes + (target - above) * seconds, (target - above) * LEFT_OVER_SECONDS);
  }

  /** Bytes on the device for a byte of a record. */
  @GuardedBy("this")
  private double amplification() {
    if (admittedBytes == 0) {
      return 1;
    }
    double measured = (double) (deviceBytesSeen - deviceBytesAtStart) / admittedBytes;
    return Math.clamp(measured, 1, AMPLIFICATION_MAX);
  }
}
