package io.larder.cache.index;

import io.larder.cache.stats.Departure;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts departures for the {@link Ghost}s of all shards, in parts of how many they are to remember
 * together: those from the main queue apart, and all others that were for want of room.
 *
 * <p><b>Threads.</b> Any.
 */
final class GhostClock {
  /** So many stamps pass while as many keys depart as are to be remembered. */
  static final int STAMPS = 256;

  private static final int FRACTION_BITS = 24;
  private static final long KEYS_MIN = 64;

  private final AtomicLong time = new AtomicLong();
  private final AtomicLong timeOfMain = new AtomicLong();
  private volatile long keys = KEYS_MIN;

  /** How many keys all ghosts are to remember together. */
  void remember(long keyCount) {
    keys = Math.max(KEYS_MIN, keyCount);
  }

  long keys() {
    return keys;
  }

  /** One more key has departed. */
  void tick(Departure why) {
    if (why.isFromMain() || why.isFromProbation() || why == Departure.EVICTED_FROM_FLASH) {
      timeFor(why).addAndGet(((long) STAMPS << FRACTION_BITS) / keys);
    }
  }

  /** The stamp of this moment; the caller takes as many of its low bits as it keeps. */
  int stamp(Departure why) {
    return (int) (timeFor(why).get() >>> FRACTION_BITS);
  }

  private AtomicLong timeFor(Departure why) {
    return why.isFromMain() ? timeOfMain : time;
  }
}
