package io.larder.cache.stats;

/** What the cache counts, from its start, never going down. */
public enum CacheCounter {
  /** Reads answered from RAM. */
  RAM_HITS,
  /** Reads answered from flash. */
  FLASH_HITS,
  /** Reads that found nothing. */
  MISSES,
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
  /** Of those, the ones never read. */
  EVICTED_FROM_RAM_UNREAD,
  /** Items dropped because their page was given up. */
  EVICTED_FROM_FLASH,
  /** Bytes of those, as their pages counted them. */
  BYTES_EVICTED_FROM_FLASH,
  /** Items on flash forgotten because their page failed. */
  LOST_WITH_PAGE,
  /** Dead items whose room was taken back in the background. */
  RECLAIMED,
  /** Plain sets that took a flash slot of equal tag without reading it. */
  SLOTS_TAKEN_UNREAD,
  /** Requests that had to wait for a segment. */
  WRITE_PAUSES,
  /** Requests that asked for a page to be evicted because the index had no more memory. */
  INDEX_FULL_EVICTIONS
}
