package io.larder.cache.stats;

/** Why an item is no longer there, and so why a read of its key is a miss. */
public enum Departure {
  /** A client deleted it, or a store too large for the cache took its place. */
  DELETED(CacheCounter.MISSES_DELETED, false),
  /** Its time was over. */
  EXPIRED(CacheCounter.MISSES_EXPIRED, false),
  /** It was there before a flush_all. */
  FLUSHED(CacheCounter.MISSES_FLUSHED, false),
  /** RAM had no room for it, and there is no flash, or none in service. */
  EVICTED_FROM_RAM(CacheCounter.MISSES_EVICTED_FROM_RAM, true),
  /** Its page was given up. */
  EVICTED_FROM_FLASH(CacheCounter.MISSES_EVICTED_FROM_FLASH, true),
  /** It was not worth a flash write. */
  REFUSED(CacheCounter.MISSES_REFUSED, true),
  /** Flash could not keep up. */
  DROPPED(CacheCounter.MISSES_DROPPED, true),
  /** What was read from flash was not what had been written. */
  BAD_CHECKSUM(CacheCounter.MISSES_BAD_CHECKSUM, false),
  /** The device would not read it, or had not written it. */
  DEVICE_ERROR(CacheCounter.MISSES_DEVICE_ERROR, false);

  private final CacheCounter missCounter;
  private final boolean wantedRoom;

  Departure(CacheCounter missCounter, boolean wantedRoom) {
    this.missCounter = missCounter;
    this.wantedRoom = wantedRoom;
  }

  /** What counts the misses that it explains. */
  public CacheCounter missCounter() {
    return missCounter;
  }

  /**
   * Whether it would still be there had there been room: a key that comes back after such a
   * departure is wanted more than RAM was willing to believe.
   */
  public boolean wantedRoom() {
    return wantedRoom;
  }
}
