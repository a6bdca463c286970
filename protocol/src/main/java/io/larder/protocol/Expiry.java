package io.larder.protocol;

/**
 * What a client's expiry means.
 *
 * <p><b>Threads.</b> Stateless.
 */
final class Expiry {
  /** Up to here a number is a time from now, beyond it is a date. */
  private static final int RELATIVE_SECONDS_MAX = 60 * 60 * 24 * 30;

  /** A date that has passed. */
  private static final long PASSED = 1;

  private Expiry() {}

  /** Unix seconds, 0 for never. */
  static long seconds(long expiry, long nowSeconds) {
    if (expiry == 0) {
      return 0;
    }
    if (expiry < 0) {
      return PASSED;
    }
    return expiry <= RELATIVE_SECONDS_MAX ? nowSeconds + expiry : expiry;
  }
}
