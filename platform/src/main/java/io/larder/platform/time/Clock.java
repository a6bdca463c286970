package io.larder.platform.time;

/**
 * The only source of time above the platform.
 *
 * <p><b>Threads.</b> Any thread. Neither reading ever goes backwards.
 */
public interface Clock {

  /** Seconds since 1970, the grain of every expiry. */
  long unixSeconds();

  /** Nanoseconds from an arbitrary origin, for intervals. */
  long nanos();
}
