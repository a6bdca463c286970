package io.larder.cache.tier;

/**
 * The place of an identical copy on flash, kept with a record in RAM: page 18, offset 20, the low
 * 26 bits of the version.
 */
final class Twin {
  static final long VERSION_MASK = (1L << 26) - 1;

  private static final int OFFSET_BITS = 20;
  private static final int VERSION_BITS = 26;

  private Twin() {}

  static long of(int pageId, int offsetUnits, long version) {
    return ((long) pageId << (OFFSET_BITS + VERSION_BITS))
        | ((long) offsetUnits << VERSION_BITS)
        | (version & VERSION_MASK);
  }

  static int pageId(long twin) {
    return (int) (twin >>> (OFFSET_BITS + VERSION_BITS));
  }

  static int offsetUnits(long twin) {
    return (int) (twin >>> VERSION_BITS) & ((1 << OFFSET_BITS) - 1);
  }

  static long versionBits(long twin) {
    return twin & VERSION_MASK;
  }
}
