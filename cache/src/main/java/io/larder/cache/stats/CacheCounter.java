package io.larder.cache.stats;

/** What the cache counts, from its start, never going down. */
public enum CacheCounter {
  /** Reads answered from RAM. */
  RAM_HITS,
  /** Reads answered from flash. */
  FLASH_HITS,
  /** Reads that found nothing: the sum of those below, each by the reason it had. */
  MISSES,
  /** Misses of keys that are not known to have been here. */
  MISSES_COLD,
  /** Misses of items that had been deleted. */
  MISSES_DELETED,
  /** Misses of items that had expired. */
  MISSES_EXPIRED,
  /** Misses of items that had been flushed. */
  MISSES_FLUSHED,
  /** Misses of items for which RAM had no room, without flash to go to. */
  MISSES_EVICTED_FROM_RAM,
  /** Misses of items whose page had been given up. */
  MISSES_EVICTED_FROM_FLASH,
  /** Misses of items that had been refused by admission to flash. */
  MISSES_REFUSED,
  /** Misses of items dropped because flash could not keep up. */
  MISSES_DROPPED,
  /** Misses of items whose bytes on flash were not what had been written. */
  MISSES_BAD_CHECKSUM,
  /** Misses of items that a device would not read or had failed to write. */
  MISSES_DEVICE_ERROR,
  /** Items that a request found expired; each is a miss. */
  FOUND_EXPIRED,
  /** Items that a request found flushed; each is a miss. */
  FOUND_FLUSHED,
  /** Requests that had to read flash. */
  FLASH_LOOKUPS,
  /** Flash reads that gave no item because the device refused. */
  FLASH_READ_FAILURES,
  /** Records read from flash whose checksum did not match. */
  CHECKSUM_FAILURES,
  /** Intact records of another key that a flash read brought. */
  TAG_COLLISIONS,
  /** Items brought back to RAM after hits; their flash copy stays. */
  RECACHED,
  /** Items stored by clients. */
  STORED,
  /** Items demoted to flash by writing them. */
  DEMOTED,
  /** Items demoted to flash by swinging back to the copy that was still there. */
  DEMOTED_TO_TWIN,
  /** Records moved on in RAM because they were hit. */
  KEPT_IN_RAM,
  /** Items dropped from RAM that might have gone to flash, because it could not keep up. */
  DEMOTE_DROPPED,
  /** Items dropped from RAM because flash was not to have them. */
  EVICTED_FROM_RAM,
  /** Of those, the ones smaller than what may go to flash. */
  REFUSED_SMALL,
  /** Of those evicted, the ones that no page of flash holds. */
  REFUSED_LARGE,
  /** Of those evicted, the ones that would have died within another lap of RAM. */
  REFUSED_SHORT_LIVED,
  /** Of those evicted, the ones not useful enough for the write budget. */
  REFUSED_OVER_BUDGET,
  /** Of those evicted, the ones never read. */
  EVICTED_FROM_RAM_UNREAD,
  /** Items dropped because their page was given up. */
  EVICTED_FROM_FLASH,
  /** Bytes of those, as their pages counted them. */
  BYTES_EVICTED_FROM_FLASH,
  /** Items moved to the bucket for what is cold, because nobody had read them. */
  RESCUED_COLD,
  /** Items moved to the bucket for what is old, with their page. */
  RESCUED_OLD,
  /** Items on pages given up that were dropped because nobody had read them. */
  RESCUE_SKIPPED,
  /**
   * Items that were to be moved to another page, and were lost for want of room or of their bytes.
   */
  RESCUE_LOST,
  /** Items on flash forgotten because their page failed. */
  LOST_WITH_PAGE,
  /** Dead items whose room was taken back in the background. */
  RECLAIMED,
  /** Items in RAM that a crawl has looked at. */
  CRAWLER_CHECKED,
  /** Of those, the dead ones, whose room was taken back. */
  CRAWLER_RECLAIMED,
  /** Plain sets that took a flash slot of equal tag without reading it. */
  SLOTS_TAKEN_UNREAD,
  /** Requests that had to wait for a segment. */
  WRITE_PAUSES,
  /** Requests that asked for a page to be evicted because the index had no more memory. */
  INDEX_FULL_EVICTIONS
}
