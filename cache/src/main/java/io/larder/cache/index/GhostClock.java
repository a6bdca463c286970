package io.larder.cache.index;

import io.larder.cache.stats.Departure;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts departures for the {@link Ghost}s of all shards, in parts of how many they are to remember
 * together: those from probation, those from the main queue, and all others, each for themselves.
 *
 * <p>Of those from probation as many are remembered as there are items in RAM, as S3-FIFO wants it;
 * of those from the main queue a quarter as many, enough to compare the two; of all others, which
 * only explain misses, a quarter too and a 32nd of the items on flash.
 *
 * <p><b>Threads.</b> Any.
 */
final class GhostClock {
  /** So many stamps pass while as many keys depart as are to be remembered. */
  static final int STAMPS = 256;

  private static final int FRACTION_BITS = 24;
  private static final long KEYS_MIN = 16;

  private final Time probation = new Time();
  private final Time main = new Time();
  private final Time others = new Time();
  private volatile long keys = 3 * KEYS_MIN;

  private static final class Time {
    final AtomicLong now = new AtomicLong();
    volatile long keys = KEYS_MIN;

    void remember(long keyCount) {
      keys = Math.max(KEYS_MIN, keyCount);
    }
  }

  /** Sets how many keys all ghosts are to remember together. */
  void remember(long ramItemCount, long flashItemCount) {
    probation.remember(ramItemCount);
    main.remember(ramItemCount / 4);
    others.remember(ramItemCount / 4 + flashItemCount / 32);
    keys = probation.keys + main.keys + others.keys;
  }

  /** How many that is. */
  long keys() {
    return keys;
  }

  /** One more key has departed. */
  void tick(Departure why) {
    Time time = timeOf(why);
    time.now.addAndGet(((long) STAMPS << FRACTION_BITS) / time.keys);
  }

  /** The stamp of this moment; the caller takes as many of its low bits as it keeps. */
  int stamp(Departure why) {
    return (int) (timeOf(why).now.get() >>> FRACTION_BITS);
  }

  /** How many stamps make a tenth of as many departures as there are items in RAM. */
  int stampsOfATenth(Departure why) {
    return why.isFromMain() ? 4 * STAMPS / 10 : STAMPS / 10;
  }

  private Time timeOf(Departure why) {
    if (why.isFromProbation()) {
      return probation;
    }
    return why.isFromMain() ? main : others;
  }
}
