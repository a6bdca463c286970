package io.larder.tests.conformance.crash;

import org.jspecify.annotations.Nullable;

/** What an answer shows of an item. */
final class Shown {
  static final long NOT_SAID = Long.MIN_VALUE;
  static final Shown NOTHING = new Shown(null, -1, 0, NOT_SAID);

  private final byte @Nullable [] value;
  private final int flags;
  private final long token;
  private final long leftSeconds;

  Shown(byte @Nullable [] value, int flags, long token, long leftSeconds) {
    this.value = value;
    this.flags = flags;
    this.token = token;
    this.leftSeconds = leftSeconds;
  }

  /** Its bytes, not to be changed; null if the answer does not show them. */
  byte @Nullable [] value() {
    return value;
  }

  /** Its flags; -1 if the answer does not say. */
  int flags() {
    return flags;
  }

  /** Its CAS unique; 0 if the answer does not say. */
  long token() {
    return token;
  }

  /** How long it has to live; -1 for ever, {@link #NOT_SAID} if the answer does not say. */
  long leftSeconds() {
    return leftSeconds;
  }
}
