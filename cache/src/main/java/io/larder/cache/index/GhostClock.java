package io.larder.cache.index;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts departures for the {@link Ghost}s of all shards, in parts of how many they are to remember
 * together.
 *
 * <p><b>Threads.</b> Any.
 */
final class GhostClock {
  /** So many stamps pass while as many keys depart as are to be remembered. */
  static final int STAMPS = 256;

  private static final int FRACTION_BITS = 24;
  private static final long KEYS_MIN = 64;

  private final AtomicLong time = new AtomicLong();
  private volatile long keys = KEYS_MIN;

  /** How many keys all ghosts are to remember together. */
  void remember(long keyCount) {
    keys = Math.max(KEYS_MIN, keyCount);
  }

  long keys() {
    return keys;
  }

  /** One more key has departed that had wanted room. */
  void tick() {
    time.addAndGet(((long) STAMPS << FRACTION_BITS) / keys);
  }

  /** The stamp of this moment; the caller takes as many of its low bits as it keeps. */
  int stamp() {
    return (int) (time.get() >>> FRACTION_BITS);
  }
}
