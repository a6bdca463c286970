package io.larder.tests.conformance.crash;

import org.jspecify.annotations.Nullable;

/**
 * An item that a key may hold, as far as its clients can know.
 *
 * <p><b>Threads.</b> Guarded by the key it belongs to.
 */
final class Held {
  /** The moment from which an item that never expires is gone. */
  static final long NEVER = Long.MAX_VALUE;

  final Content content;
  final int flags;

  /** Number of the change that gave it its bytes, and so its CAS unique. */
  final long change;

  /** The life of the server in which that was. */
  final int life;

  /** From this second on it is gone for sure. */
  final long expirySeconds;

  /** What was asked last of it is over by then; null while it may still be under way. */
  final @Nullable Moment settled;

  /** The CAS unique that it has been shown with; 0 before the first time. */
  long token;

  Held(
      Content content,
      int flags,
      long change,
      int life,
      long expirySeconds,
      @Nullable Moment settled,
      long token) {
    this.content = content;
    this.flags = flags;
    this.change = change;
    this.life = life;
    this.expirySeconds = expirySeconds;
    this.settled = settled;
    this.token = token;
  }

  @Override
  public String toString() {
    return content
        + (token == 0 ? "" : ", cas " + token)
        + (expirySeconds == NEVER ? "" : ", until second " + expirySeconds);
  }
}
