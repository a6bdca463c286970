package io.larder.cache.index;

/**
 * The index entry of one item, 64 bits.
 *
 * <pre>
 *  63           46 45  44 43        38 37        20 19          0
 *  | tag 18       | hits 2| size class 6| place 18   | offset 20  |
 * </pre>
 *
 * <p>On flash the size class is one of {@link SizeClasses}, and says how much to read. In RAM,
 * where the record says so itself, it is the one that memcached would have put the item into, for
 * the statistics.
 *
 * <p>A place is a page or, behind the pages, a segment. The offset counts units in a page and 8
 * bytes in a segment. 0 is an empty slot: no record starts at offset 0 of page 0, where its header
 * stands, and segments never have place 0.
 */
public final class Slot {
  /** No item. */
  public static final long EMPTY = 0;

  /** How many places there can be. */
  public static final int PLACE_COUNT_MAX = 1 << 18;

  /** Bits of the tag. */
  public static final int TAG_BITS = 18;

  /** How many size classes there can be. */
  public static final int SIZE_CLASS_COUNT = 1 << 6;

  /** The hits field counts no further. */
  public static final int HITS_MAX = 3;

  private static final int TAG_SHIFT = 46;
  private static final int HITS_SHIFT = 44;
  private static final int CLASS_SHIFT = 38;
  private static final int PLACE_SHIFT = 20;
  private static final int OFFSET_MASK = (1 << 20) - 1;
  private static final long LOCATION_MASK = (1L << CLASS_SHIFT) - 1;
  private static final long HITS_MASK = (long) HITS_MAX << HITS_SHIFT;

  private Slot() {}

  /** A slot that points at a record. */
  public static long of(int tag, int hits, int sizeClass, int place, int offset) {
    return ((long) tag << TAG_SHIFT)
        | ((long) hits << HITS_SHIFT)
        | ((long) sizeClass << CLASS_SHIFT)
        | ((long) place << PLACE_SHIFT)
        | offset;
  }

  public static int tag(long slot) {
    return (int) (slot >>> TAG_SHIFT);
  }

  public static int hits(long slot) {
    return (int) (slot >>> HITS_SHIFT) & HITS_MAX;
  }

  /** The same slot with one hit more, if it can count it. */
  public static long hit(long slot) {
    return hits(slot) == HITS_MAX ? slot : slot + (1L << HITS_SHIFT);
  }

  /** The same slot with {@code hits}. */
  public static long withHits(long slot, int hits) {
    return (slot & ~HITS_MASK) | ((long) hits << HITS_SHIFT);
  }

  public static int sizeClass(long slot) {
    return (int) (slot >>> CLASS_SHIFT) & (SIZE_CLASS_COUNT - 1);
  }

  public static int place(long slot) {
    return (int) (slot >>> PLACE_SHIFT) & (PLACE_COUNT_MAX - 1);
  }

  public static int offset(long slot) {
    return (int) slot & OFFSET_MASK;
  }

  /** Place and offset as one number: what must agree for two slots to mean the same record. */
  public static long location(long slot) {
    return slot & LOCATION_MASK;
  }

  /** The location of {@code offset} in {@code place}. */
  public static long location(int place, int offset) {
    return ((long) place << PLACE_SHIFT) | offset;
  }
}
