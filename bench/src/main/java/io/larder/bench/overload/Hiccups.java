package io.larder.bench.overload;

import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * A thread of the client that only sleeps, and records how late it wakes: what the machine and the
 * client's own JVM do to everybody, so that it is not taken for the server's doing.
 *
 * <p><b>Life.</b> From {@link #start} to {@link #close}.
 *
 * <p><b>Threads.</b> Any may ask; it sleeps on its own.
 */
final class Hiccups implements AutoCloseable {
  private static final long SLEEP_NANOS = 1_000_000;
  private static final int DIGITS = 3;

  private final SingleWriterRecorder late = new SingleWriterRecorder(DIGITS);
  private volatile boolean isClosed;

  private Hiccups() {}

  static Hiccups start() {
    Hiccups hiccups = new Hiccups();
    Thread.ofPlatform().daemon().name("larder-hiccups").start(hiccups::sleepAndWake);
    return hiccups;
  }

  private void sleepAndWake() {
    while (!isClosed) {
      long before = System.nanoTime();
      LockSupport.parkNanos(SLEEP_NANOS);
      long lateNanos = Math.max(0, System.nanoTime() - before - SLEEP_NANOS);
      // Whoever had wanted to wake meanwhile would have been late, too.
      late.recordValueWithExpectedInterval(lateNanos, SLEEP_NANOS);
    }
  }

  /** How late it has woken since this was asked last, in nanoseconds. */
  Histogram sinceLast() {
    return late.getIntervalHistogram();
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
