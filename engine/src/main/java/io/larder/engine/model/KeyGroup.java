package io.larder.engine.model;

/**
 * Keys that are not told apart where it is kept which of them were changed during a rebuild: those
 * whose hashes agree in their lowest bits.
 */
public final class KeyGroup {
  /*
   * A set of hashes has no end: a rebuild may take long, and keys that change need not have a record
   * to be found. A bit for each group has one. What it costs is a record of another key in the group,
   * which is then refused, and is a miss.
   */

  /** How many of the lowest bits of a hash say which group a key is in. */
  public static final int BITS = 27;

  /** How many groups there are. */
  public static final int COUNT = 1 << BITS;

  private KeyGroup() {}

  /** The group of a key, from 0 to before {@link #COUNT}; it is a hash of that group, too. */
  public static int of(long keyHash) {
    return (int) keyHash & (COUNT - 1);
  }
}
