package io.larder.bench.wire;

/** A line of a server that is not the head of a value. */
public enum Reply {
  /** Stored, touched, deleted: it was done. */
  DONE,
  /** The end of what was found by a classic get, or of a batch of meta commands. */
  END,
  /** One key was not found. */
  MISS,
  /** It was not done, for a reason that is no error. */
  REFUSED,
  /** The server or the client is at fault. */
  ERROR,
  /** Nothing that a server of this protocol says. */
  STRANGE
}
