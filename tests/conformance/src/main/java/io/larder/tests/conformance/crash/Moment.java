package io.larder.tests.conformance.crash;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A moment, as this process sees it.
 *
 * @param nanos from an origin of this process; tells which of two moments was first
 * @param seconds since 1970, the grain of every expiry; never less than that of an earlier moment
 */
record Moment(long nanos, long seconds) {
  private static final AtomicLong LATEST_SECONDS = new AtomicLong();

  static Moment now() {
    long seconds = System.currentTimeMillis() / 1000;
    return new Moment(System.nanoTime(), LATEST_SECONDS.accumulateAndGet(seconds, Math::max));
  }

  boolean isBefore(Moment other) {
    return nanos - other.nanos < 0;
  }
}
