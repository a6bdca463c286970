package io.larder.bench.workload;

/**
 * Which key has which rank, and which keys there are: a window of numbers that moves on as old keys
 * are replaced by new ones.
 *
 * <p><b>Threads.</b> Any.
 */
public final class KeyWindow {
  /*
   * Ranks are spread over the numbers by a step that has no divisor in common with their count, so
   * that the popular keys were not all loaded first. A rank keeps its number until the window has
   * moved past it; then it gets the number that has just come in.
   */

  private static final double GOLDEN = 0.6180339887498949;

  private final long keyCount;
  private final long step;

  public KeyWindow(long keyCount) {
    if (keyCount < 1 || keyCount > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(keyCount + " keys");
    }
    this.keyCount = keyCount;
    long candidate = Math.max(1, (long) (keyCount * GOLDEN));
    while (divisor(candidate, keyCount) != 1) {
      candidate++;
    }
    this.step = candidate;
  }

  private static long divisor(long a, long b) {
    return b == 0 ? a : divisor(b, a % b);
  }

  public long keyCount() {
    return keyCount;
  }

  /**
   * The number of the key of a rank.
   *
   * @param movedBy how many keys have been replaced since the start
   */
  public long number(long rank, long movedBy) {
    long place = rank * step % keyCount;
    return movedBy + Math.floorMod(place - movedBy, keyCount);
  }
}
