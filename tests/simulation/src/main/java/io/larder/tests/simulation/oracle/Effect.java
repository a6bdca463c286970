package io.larder.tests.simulation.oracle;

import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a request does to an item, and what it answers.
 *
 * <p><b>Threads.</b> Immutable once built.
 */
final class Effect {
  /** What becomes of the mark that the item has been read. */
  enum Fetched {
    /** It stays as it is. */
    KEPT,
    /** Nobody has read the item. */
    CLEARED,
    /** The item has been read. */
    SET
  }

  final Status status;

  /** What the key holds from now on. */
  final @Nullable Item after;

  /** What the answer shows. */
  final @Nullable Item shown;

  /** The item gets a sequence of the cache's as its CAS, which only the answer can tell. */
  boolean givesSequence;

  Fetched fetched = Fetched.KEPT;
  boolean made;
  boolean won;
  long number;
  long expiryBeforeSeconds;

  Effect(Status status, @Nullable Item after, @Nullable Item shown) {
    this.status = status;
    this.after = after;
    this.shown = shown;
  }

  /** An answer that shows nothing and changes nothing. */
  static Effect none(Status status, @Nullable Item item) {
    return new Effect(status, item, null);
  }

  /** Whether what the request answers beside its status and its item is right. */
  boolean agrees(Request asked) {
    if (status != Status.HIT && status != Status.NUMBER) {
      return true;
    }
    boolean tellsExpiry = !made && (status == Status.NUMBER || asked.touches);
    return asked.made == made
        && asked.won == won
        && (status != Status.NUMBER || asked.number == number)
        && (!tellsExpiry || asked.expiryBeforeSeconds == expiryBeforeSeconds);
  }

  @Override
  public String toString() {
    return "%s%s%s%s, number %s, expiry before %d"
        .formatted(
            status,
            shown == null ? "" : " " + shown,
            made ? ", made" : "",
            won ? ", won" : "",
            Long.toUnsignedString(number),
            expiryBeforeSeconds);
  }
}
