package io.larder.platform.time;

/**
 * The only source of time above the platform.
 *
 * <p><b>Threads.</b> Any thread. Neither reading ever goes backwards.
 */
public interface Clock {

  /** Seconds since 1970, the grain of every expiry. */
  long unixSeconds();

  /** Microseconds since 1970, for what people read; it may be as coarse as the seconds are. */
  default long unixMicros() {
    return unixSeconds() * 1_000_000;
  }

  /** Nanoseconds from an arbitrary origin, for intervals. */
  long nanos();
}
