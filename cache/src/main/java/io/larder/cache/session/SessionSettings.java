package io.larder.cache.session;

import io.larder.cache.model.Tunables;

/**
 * What a session goes by.
 *
 * @param itemBytesMax largest item, by {@link #itemBytes}
 * @param tunables what of it may change at any moment
 * @param readBytesMax bytes of flash reads in flight, over all sessions, above which a session that
 *     has some waits before it starts more
 * @param evicts whether items are lost to make room for others
 */
public record SessionSettings(
    int itemBytesMax, Tunables tunables, long readBytesMax, boolean evicts) {
  /** What memcached's item header, CAS, key end and line end take, so that its limits are kept. */
  private static final int MEMCACHED_OVERHEAD_BYTES = 48 + 8 + 1 + 2;

  private static final int MEMCACHED_FLAGS_BYTES = 4;

  /** One in this many flash hits on a popular item brings it back to RAM; 0 = none. */
  int recacheRate() {
    return tunables.recacheRate();
  }

  /** What an item counts for against the largest: what memcached 1.6 would need for it. */
  public static long itemBytes(int keyLength, int flags, int valueLength) {
    return (long) MEMCACHED_OVERHEAD_BYTES
        + (flags == 0 ? 0 : MEMCACHED_FLAGS_BYTES)
        + keyLength
        + valueLength;
  }
}
