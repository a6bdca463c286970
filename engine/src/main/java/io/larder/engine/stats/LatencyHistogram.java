package io.larder.engine.stats;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long something took, counted in steps of an eighth: every duration is known to within 12.5 %,
 * from a microsecond to hours, in a few kilobytes.
 *
 * <p><b>Threads.</b> Any.
 */
public final class LatencyHistogram {
  /*
   * The steps are those of a floating-point number with three bits behind the leading one. A
   * duration under 8 microseconds has a step of its own; after that each power of two has eight.
   */

  private static final int FRACTION_BITS = 3;
  private static final int STEPS_PER_POWER = 1 << FRACTION_BITS;

  /** Of 2^40 microseconds, some twelve days; whatever takes longer is counted in the last step. */
  private static final int STEP_COUNT = (40 - FRACTION_BITS + 2) * STEPS_PER_POWER;

  private final AtomicLongArray counts = new AtomicLongArray(STEP_COUNT);
  private final AtomicLong maxMicros = new AtomicLong();

  /** Counts one that took so long. */
  public void record(long nanos) {
    long micros = Math.max(0, nanos) / 1000;
    counts.incrementAndGet(stepOf(micros));
    if (micros > maxMicros.get()) {
      maxMicros.accumulateAndGet(micros, Math::max);
    }
  }

  /** The durations counted so far; all zero when there are none. */
  public LatencySnapshot snapshot() {
    long[] seen = new long[STEP_COUNT];
    long count = 0;
    for (int step = 0; step < STEP_COUNT; step++) {
      seen[step] = counts.get(step);
      count += seen[step];
    }
    long max = maxMicros.get();
    return new LatencySnapshot(
        count, micros(seen, count, 50, max), micros(seen, count, 99, max), max);
  }

  /** The duration that so many in a hundred did not exceed. */
  private static long micros(long[] counts, long count, int percent, long maxMicros) {
    if (count == 0) {
      return 0;
    }
    long rank = Math.ceilDiv(count * percent, 100);
    long seen = 0;
    for (int step = 0; step < counts.length; step++) {
      seen += counts[step];
      if (seen >= rank) {
        return Math.min(highestMicros(step), maxMicros);
      }
    }
    return maxMicros;
  }

  static int stepOf(long micros) {
    if (micros < STEPS_PER_POWER) {
      return (int) micros;
    }
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros) - FRACTION_BITS;
    int fraction = (int) (micros >>> power) - STEPS_PER_POWER;
    return Math.min((power + 1) * STEPS_PER_POWER + fraction, STEP_COUNT - 1);
  }

  /** The longest duration of a step. */
  static long highestMicros(int step) {
    if (step < STEPS_PER_POWER) {
      return step;
    }
    int power = step / STEPS_PER_POWER - 1;
    long fraction = (long) step % STEPS_PER_POWER + STEPS_PER_POWER;
    return ((fraction + 1) << power) - 1;
  }

  /** Starts at nothing again. */
  public void reset() {
    for (int step = 0; step < STEP_COUNT; step++) {
      counts.set(step, 0);
    }
    maxMicros.set(0);
  }
}
