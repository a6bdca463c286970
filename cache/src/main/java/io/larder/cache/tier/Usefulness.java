package io.larder.cache.tier;

/**
 * How much good a record is expected to do on flash for what it costs to write: the steps of a
 * {@link WriteBudget}.
 *
 * <p>First how well it is known to be wanted, then its size, small ones first: hits for a byte.
 */
final class Usefulness {
  private static final int SIZES = WriteBudget.STEP_COUNT / 4;

  /** Records up to this size are all in the best of the sizes; each doubling is one worse. */
  private static final int SMALL_BYTES_LOG2 = 8;

  private Usefulness() {}

  /**
   * A record that leaves RAM.
   *
   * @param wasRead at least once since it was stored
   * @param isFromMain it was hit on probation, or has come back after it had left
   */
  static int inRam(boolean wasRead, boolean isFromMain, int bytes) {
    return step((wasRead ? 2 : 0) + (isFromMain ? 1 : 0), bytes);
  }

  /**
   * A record that would be moved to another page.
   *
   * @param hits that its slot has counted since it was written
   */
  static int onFlash(int hits, int bytes) {
    return step(Math.min(hits + 1, 3), bytes);
  }

  private static int step(int known, int bytes) {
    int log2 = 32 - Integer.numberOfLeadingZeros(Math.max(1, bytes - 1));
    return known * SIZES + Math.clamp(SIZES - 1 - (log2 - SMALL_BYTES_LOG2), 0, SIZES - 1);
  }
}
