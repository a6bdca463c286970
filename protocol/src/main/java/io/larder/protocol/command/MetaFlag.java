package io.larder.protocol.command;

/**
 * The flags of a meta command that its answer repeats or fills in, as they are kept while the
 * answer is on its way: four bits each, sixteen of them in a {@code long}, in the client's order.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class MetaFlag {
  /** {@code k}: the key. */
  public static final int KEY = 1;

  /** {@code O}: the opaque. */
  public static final int OPAQUE = 2;

  /** {@code c}: the CAS. */
  public static final int CAS = 3;

  /** {@code s}: the length of the value. */
  public static final int SIZE = 4;

  /** {@code t}: the remaining life. */
  public static final int TTL = 5;

  /** {@code f}: the client's flags. */
  public static final int CLIENT_FLAGS = 6;

  /** {@code h}: whether it had been read before. */
  public static final int HIT_BEFORE = 7;

  /** {@code l}: how long ago it was last read. */
  public static final int LAST_ACCESS = 8;

  static final int BITS = 4;
  static final int MASK = 15;

  private MetaFlag() {}

  /** Adds {@code flag} as the {@code index}-th, from 0. */
  public static long add(long flags, int index, int flag) {
    return flags | ((long) flag << (index * BITS));
  }
}
