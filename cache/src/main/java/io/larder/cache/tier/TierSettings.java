package io.larder.cache.tier;

import io.larder.cache.model.Tunables;

/**
 * What demotion goes by.
 *
 * @param tunables what of it may change at any moment
 * @param bands which bucket a record goes to
 * @param maxWaitNanos how long to wait for a device that makes no progress before dropping records
 * @param evicts whether items are lost to make room for others
 */
public record TierSettings(Tunables tunables, LifeBands bands, long maxWaitNanos, boolean evicts) {
  private static final long NANOS_PER_MICRO = 1000;

  /** Smallest record that goes to flash. */
  public int itemBytesMin() {
    return tunables.itemBytesMin();
  }

  /** Longest wait before looking again. */
  long maxSleepNanos() {
    return Math.max(1, tunables.maxSleepMicros()) * NANOS_PER_MICRO;
  }
}
