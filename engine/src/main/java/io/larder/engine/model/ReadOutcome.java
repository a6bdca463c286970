package io.larder.engine.model;

/** How the read of a record's bytes ended. */
public enum ReadOutcome {
  /** The bytes are there. Whether they are intact is for the reader to check. */
  READ,
  /** The device refused, or gave fewer bytes than were written. */
  FAILED
}
