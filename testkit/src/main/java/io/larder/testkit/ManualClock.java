package io.larder.testkit;

import io.larder.platform.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test moves it.
 *
 * <p><b>Threads.</b> Any; both readings come from one number, so they always agree.
 */
public final class ManualClock implements Clock {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** Where a clock starts when the test does not care: a day in 2026. */
  public static final long DEFAULT_START_SECONDS = 1_780_000_000;

  private final long startSeconds;
  private final AtomicLong nanos = new AtomicLong();

  /** Starts at {@link #DEFAULT_START_SECONDS}. */
  public ManualClock() {
    this(DEFAULT_START_SECONDS);
  }

  /** Starts at the given second since 1970. */
  public ManualClock(long startSeconds) {
    this.startSeconds = startSeconds;
  }

  @Override
  public long unixSeconds() {
    return startSeconds + nanos.get() / NANOS_PER_SECOND;
  }

  @Override
  public long unixMicros() {
    return startSeconds * 1_000_000 + nanos.get() / 1000;
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  /** Moves both readings forward. */
  public void advance(Duration by) {
    advanceNanos(by.toNanos());
  }

  /** Moves both readings forward by whole seconds. */
  public void advanceSeconds(long seconds) {
    advanceNanos(Math.multiplyExact(seconds, NANOS_PER_SECOND));
  }

  /** Moves both readings forward by nanoseconds. */
  public void advanceNanos(long by) {
    if (by < 0) {
      throw new IllegalArgumentException("a clock does not go back by " + by + " ns");
    }
    nanos.addAndGet(by);
  }
}
