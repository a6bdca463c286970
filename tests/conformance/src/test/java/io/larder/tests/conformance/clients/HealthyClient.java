package io.larder.tests.conformance.clients;

import io.larder.tests.conformance.client.Values;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client that does what clients do, one thing after the other, and measures how long each takes:
 * it stores a value, reads it back, compares.
 *
 * <p><b>Threads.</b> One of its own, from its making until it is asked for what it has seen.
 */
final class HealthyClient {
  private static final int SAMPLES_MAX = 1 << 20;
  private static final int KEY_COUNT = 500;
  private static final int VALUE_BYTES = 1000;

  private final LineTalk talk;
  private final Thread thread;
  private final long[] nanos = new long[SAMPLES_MAX];
  private int count;
  private volatile boolean ended;
  private @Nullable Throwable failure;

  /** What it has seen. */
  record Seen(int count, double medianMillis, double millisOf99InAHundred, double worstMillis) {}

  /**
   * Begins.
   *
   * @param talk of which this has the use from now on
   */
  HealthyClient(LineTalk talk) {
    this.talk = talk;
    this.thread = Thread.ofPlatform().name("healthy client").start(this::work);
  }

  private void work() {
    try {
      for (int i = 0; !ended && count < SAMPLES_MAX; i++) {
        String key = "healthy" + i % KEY_COUNT;
        String value = printable(i);
        long start = System.nanoTime();
        expect("STORED", talk.ask("set " + key + " 0 0 " + value.length() + "\r\n" + value));
        expect("VALUE " + key + " 0 " + value.length(), talk.ask("get " + key));
        expect(value, talk.line());
        expect("END", talk.line());
        nanos[count++] = System.nanoTime() - start;
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private static String printable(int item) {
    byte[] bytes = Values.of(item, 1, VALUE_BYTES);
    StringBuilder text = new StringBuilder(bytes.length);
    for (byte one : bytes) {
      text.append((char) ('a' + (one & 15)));
    }
    return text.toString();
  }

  private static void expect(String expected, String got) {
    if (!got.equals(expected)) {
      throw new AssertionError("expected " + expected + ", got " + got);
    }
  }

  /** Ends it. */
  Seen seen() throws InterruptedException {
    ended = true;
    thread.join();
    if (failure != null) {
      throw new AssertionError("a healthy client after " + count + " rounds", failure);
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return new Seen(count, millis(sorted, 0.5), millis(sorted, 0.99), millis(sorted, 1));
  }

  private static double millis(long[] sorted, double share) {
    int at = (int) Math.ceil(share * sorted.length) - 1;
    return sorted.length == 0 ? 0 : sorted[Math.max(0, at)] / 1e6;
  }
}
