package io.larder.tests.conformance.crash;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Every CAS unique that has been seen, in whatever life of the server, and whose it is.
 *
 * <p><b>Threads.</b> Any.
 */
final class Tokens {
  @GuardedBy("this")
  private long[] tokens = new long[1 << 16];

  @GuardedBy("this")
  private long[] changes = new long[1 << 16];

  @GuardedBy("this")
  private int count;

  /** The largest seen so far, and the largest seen before the present life. */
  @GuardedBy("this")
  private long largest;

  @GuardedBy("this")
  private long largestBefore;

  @GuardedBy("this")
  private int life;

  /** A new life of the server begins. */
  synchronized void lifeBegins(int life) {
    this.life = life;
    largestBefore = largest;
  }

  /** The server keeps nothing from one life to the next, nor the numbers it has given. */
  synchronized void forget() {
    tokens = new long[1 << 16];
    changes = new long[1 << 16];
    count = 0;
    largest = 0;
    largestBefore = 0;
  }

  synchronized long count() {
    return count;
  }

  /** Notes a CAS unique; what is wrong with it, or null. */
  synchronized @Nullable String seen(long token, Held held) {
    if (held.life == life && token <= largestBefore) {
      return "change "
          + held.change
          + " got CAS unique "
          + token
          + ", and "
          + largestBefore
          + " had been seen before the restart";
    }
    largest = Math.max(largest, token);
    int at = slot(token);
    if (tokens[at] == token) {
      return changes[at] == held.change
          ? null
          : "CAS unique " + token + " was that of change " + changes[at];
    }
    tokens[at] = token;
    changes[at] = held.change;
    if (++count > tokens.length / 2) {
      grow();
    }
    return null;
  }

  @GuardedBy("this")
  private int slot(long token) {
    int at = (int) ((token * 0x9E3779B97F4A7C15L) >>> 32) & (tokens.length - 1);
    while (tokens[at] != 0 && tokens[at] != token) {
      at = (at + 1) & (tokens.length - 1);
    }
    return at;
  }

  @GuardedBy("this")
  private void grow() {
    long[] oldTokens = tokens;
    long[] oldChanges = changes;
    tokens = new long[2 * oldTokens.length];
    changes = Arrays.copyOf(tokens, tokens.length);
    for (int i = 0; i < oldTokens.length; i++) {
      if (oldTokens[i] != 0) {
        int at = slot(oldTokens[i]);
        tokens[at] = oldTokens[i];
        changes[at] = oldChanges[i];
      }
    }
  }
}
