package io.larder.cache.index;

/**
 * The 64 sizes that a slot can tell apart, each about a quarter larger than the one before.
 *
 * <p>A class says how many bytes to read to have the whole record, and is what the record counts
 * for in its page.
 */
public final class SizeClasses {
  /** How many there are; fits the slot's field. */
  public static final int COUNT = 64;

  private static final int SMALLEST_BYTES = 64;
  private static final int[] BYTES = bytes();

  private SizeClasses() {}

  private static int[] bytes() {
    int[] bytes = new int[COUNT];
    double size = SMALLEST_BYTES;
    for (int i = 0; i < COUNT; i++) {
      bytes[i] = ((int) Math.ceil(size) + 7) & -8;
      size *= 1.25;
    }
    return bytes;
  }

  /** The smallest class that holds a record of {@code recordBytes}. */
  public static int of(int recordBytes) {
    int low = 0;
    int high = COUNT - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (BYTES[middle] < recordBytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The largest record of a class. */
  public static int bytes(int sizeClass) {
    return BYTES[sizeClass];
  }

  /** The largest record of any class. */
  public static int bytesMax() {
    return BYTES[COUNT - 1];
  }
}
