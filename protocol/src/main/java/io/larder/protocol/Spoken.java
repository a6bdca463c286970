package io.larder.protocol;

/** Which protocol clients speak. */
public enum Spoken {
  /** What their first byte shows. */
  AUTO,
  /** The classic and meta commands only. */
  ASCII,
  /** The binary protocol only. */
  BINARY
}
