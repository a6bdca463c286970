package io.larder.engine.inspect;

/**
 * What one page holds.
 *
 * @param version of its header; 0 without one
 * @param bucket number of the bucket that filled it
 * @param recordCount intact records, those that are dead too
 * @param recordBytes of these, without padding
 * @param paddingBytes behind these
 * @param voidCount entries and fillers of room that was taken and abandoned
 * @param countingCount of the intact records those that count
 * @param tombstonedCount of the intact records those with a tombstone
 * @param earliestExpirySeconds unix seconds; 0 when nothing expires
 * @param latestExpirySeconds unix seconds; 0 when something never expires
 * @param mark the version that counts on it; 0 when none does, -1 when nobody tells
 * @param damageCount what is damaged on it
 */
public record PageLook(
    int row,
    Kind kind,
    long version,
    int bucket,
    long openedAtSeconds,
    int recordCount,
    long recordBytes,
    long paddingBytes,
    int voidCount,
    int countingCount,
    int tombstonedCount,
    long earliestExpirySeconds,
    long latestExpirySeconds,
    long mark,
    int damageCount) {

  /** The mark of a page that no state file is known of. */
  public static final long NO_MARK = -1;

  /** What its header and its trailer say. */
  public enum Kind {
    /** Nothing was ever written to it. */
    UNUSED,
    /** It is of another store, of another page size or in another format. */
    FOREIGN,
    /** There is something where its header should be. */
    BROKEN,
    /** It was never sealed. */
    OPEN,
    /** It has a trailer. */
    SEALED
  }

  /** Whether its records count. */
  public boolean counts() {
    return mark > 0 && mark == version;
  }
}
