package io.larder.engine.inspect;

/** Whether a record counts, as far as the state file tells. */
public enum RecordStanding {
  /** There is no state file to tell. */
  UNKNOWN,
  /** A restart finds it. */
  COUNTS,
  /** It has a tombstone. */
  TOMBSTONED,
  /** Its key was changed before it was found again after a restart. */
  CHANGED,
  /** Its page's mark is of another life, or of none. */
  PAGE_DOES_NOT_COUNT
}
