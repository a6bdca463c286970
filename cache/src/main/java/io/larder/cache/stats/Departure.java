package io.larder.cache.stats;

/** Why an item is no longer there, and so why a read of its key is a miss. */
public enum Departure {
  /** A client deleted it, or a store too large for the cache took its place. */
  DELETED(CacheCounter.MISSES_DELETED),
  /** Its time was over. */
  EXPIRED(CacheCounter.MISSES_EXPIRED),
  /** It was there before a flush_all. */
  FLUSHED(CacheCounter.MISSES_FLUSHED),
  /** What was read from flash was not what had been written. */
  BAD_CHECKSUM(CacheCounter.MISSES_BAD_CHECKSUM),
  /** The device would not read it, or had not written it. */
  DEVICE_ERROR(CacheCounter.MISSES_DEVICE_ERROR),
  /** Its page was given up. */
  EVICTED_FROM_FLASH(CacheCounter.MISSES_EVICTED_FROM_FLASH),
  /** RAM had no room for it on probation, and there is no flash, or none in service. */
  EVICTED_FROM_RAM(CacheCounter.MISSES_EVICTED_FROM_RAM),
  /** On its way from probation it was not worth a flash write. */
  REFUSED(CacheCounter.MISSES_REFUSED),
  /** On its way from probation flash could not keep up. */
  DROPPED(CacheCounter.MISSES_DROPPED),
  /** As {@link #EVICTED_FROM_RAM}, from the main queue. */
  EVICTED_FROM_MAIN(CacheCounter.MISSES_EVICTED_FROM_RAM),
  /** As {@link #REFUSED}, from the main queue. */
  REFUSED_FROM_MAIN(CacheCounter.MISSES_REFUSED),
  /** As {@link #DROPPED}, from the main queue. */
  DROPPED_FROM_MAIN(CacheCounter.MISSES_DROPPED);

  private final CacheCounter missCounter;

  Departure(CacheCounter missCounter) {
    this.missCounter = missCounter;
  }

  /** What counts the misses that it explains. */
  public CacheCounter missCounter() {
    return missCounter;
  }

  /**
   * Whether the item would still be there had probation been longer: a key that comes back after
   * such a departure is wanted more than RAM was willing to believe.
   */
  public boolean isFromProbation() {
    return this == EVICTED_FROM_RAM || this == REFUSED || this == DROPPED;
  }

  /** Whether the item would still be there had the main queue been longer. */
  public boolean isFromMain() {
    return this == EVICTED_FROM_MAIN || this == REFUSED_FROM_MAIN || this == DROPPED_FROM_MAIN;
  }

  /** The same departure from the other queue of RAM; only for those that have one. */
  public Departure fromMain() {
    return switch (this) {
      case EVICTED_FROM_RAM -> EVICTED_FROM_MAIN;
      case REFUSED -> REFUSED_FROM_MAIN;
      case DROPPED -> DROPPED_FROM_MAIN;
      default -> this;
    };
  }
}
