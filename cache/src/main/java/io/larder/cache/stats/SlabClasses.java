package io.larder.cache.stats;

/**
 * The classes that memcached sorts items into by their size, with its defaults: from 96 bytes on,
 * each a quarter larger than the one before. Numbered from 1.
 *
 * <p>There are no slabs here. Programs that read memcached's statistics and lists of keys expect
 * every item to be in one of its classes, and this is which: an item in RAM is in that of its
 * record's size, every item on flash in {@link #OF_FLASH}, as memcached shows what it keeps there.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class SlabClasses {
  /** The class of the smallest items. */
  public static final int FIRST = 1;

  /** The class that items on flash are shown in, whatever their size. */
  public static final int OF_FLASH = FIRST;

  /** The class of the largest items. */
  public static final int LAST = 39;

  /** What memcached takes from its memory at once to cut it into chunks of a class. */
  public static final int PAGE_BYTES = 1 << 20;

  /** Larger items are made of several chunks of the last class. */
  private static final int CHUNK_BYTES_MAX = 512 << 10;

  private static final int SMALLEST_CHUNK_BYTES = 96;
  private static final int ALIGNMENT_BYTES = 8;
  private static final int[] CHUNK_BYTES = chunkSizes();

  private SlabClasses() {}

  private static int[] chunkSizes() {
    int[] bytes = new int[LAST + 1];
    int size = SMALLEST_CHUNK_BYTES;
    for (int i = FIRST; i < LAST; i++) {
      bytes[i] = (size + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
      size = bytes[i] * 5 / 4;
    }
    bytes[LAST] = CHUNK_BYTES_MAX;
    return bytes;
  }

  /** The class of an item in RAM: the first whose chunks hold {@code recordBytes}, or the last. */
  public static int of(int recordBytes) {
    int low = FIRST;
    int high = LAST;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (CHUNK_BYTES[middle] < recordBytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The largest item of a class; an item of the last may be larger. */
  public static int chunkBytes(int slabClass) {
    return CHUNK_BYTES[slabClass];
  }
}
