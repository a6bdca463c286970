package io.larder.tests.conformance.crash;

import java.util.concurrent.atomic.AtomicLong;

/**
 * All that the clients know together.
 *
 * <p>An item belongs to the client whose number is its remainder.
 *
 * <p><b>Threads.</b> Any.
 */
final class World {
  /** Where times in messages are counted from. */
  static final long ORIGIN_NANOS = System.nanoTime();

  private static final int LONG_KEY_EVERY = 50;
  private static final String LONG_KEY_END = "-long".repeat(44);

  private final KeyHistory[] keys;
  private final int clientCount;
  private final Findings findings;
  private final Flushes flushes = new Flushes();
  private final Tokens tokens = new Tokens();
  private final Tally tally = new Tally();
  private final AtomicLong changes = new AtomicLong();

  World(int itemCount, int clientCount, Findings findings) {
    this.clientCount = clientCount;
    this.findings = findings;
    this.keys = new KeyHistory[itemCount / clientCount * clientCount];
    for (int item = 0; item < keys.length; item++) {
      keys[item] = new KeyHistory(item, this);
    }
  }

  int itemCount() {
    return keys.length;
  }

  int clientCount() {
    return clientCount;
  }

  KeyHistory history(int item) {
    return keys[item];
  }

  /** How an item is called. */
  String key(int item) {
    String key = "crash:" + item;
    return item % LONG_KEY_EVERY == 0 ? key + LONG_KEY_END : key;
  }

  /** Whether an item is a number that clients count up. */
  static boolean isNumber(int item) {
    return (item * 0x9E3779B9) >>> 28 == 0;
  }

  /** Number of the next change. */
  long nextChange() {
    return changes.incrementAndGet();
  }

  Findings findings() {
    return findings;
  }

  Flushes flushes() {
    return flushes;
  }

  Tokens tokens() {
    return tokens;
  }

  Tally tally() {
    return tally;
  }
}
