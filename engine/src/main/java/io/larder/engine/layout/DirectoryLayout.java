package io.larder.engine.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One entry of a page's directory: 16 bytes, little endian.
 *
 * <pre>
 *  offset bits  field
 *       0   64  hash of the record's key
 *       8   20  offset in the page, in units
 *           20  length with padding, in units
 *           24  how many bytes of that length are padding
 * </pre>
 *
 * <p>An entry of length 0 is void: its room was taken and abandoned, and no record stands there.
 */
public final class DirectoryLayout {
  /** Bytes of one entry. */
  public static final int ENTRY_BYTES = 16;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int PADDING_SHIFT = 2 * PageGeometry.UNIT_BITS;
  private static final int UNITS_MASK = (1 << PageGeometry.UNIT_BITS) - 1;

  private DirectoryLayout() {}

  /** Writes the entry at byte {@code at}. */
  public static void write(
      MemorySegment memory,
      long at,
      long keyHash,
      int offsetUnits,
      int lengthUnits,
      int paddingBytes) {
    memory.set(LONG, at, keyHash);
    memory.set(
        LONG,
        at + 8,
        offsetUnits
            | (long) lengthUnits << PageGeometry.UNIT_BITS
            | (long) paddingBytes << PADDING_SHIFT);
  }

  public static long keyHash(MemorySegment memory, long at) {
    return memory.get(LONG, at);
  }

  public static int offsetUnits(MemorySegment memory, long at) {
    return (int) memory.get(LONG, at + 8) & UNITS_MASK;
  }

  public static int lengthUnits(MemorySegment memory, long at) {
    return (int) (memory.get(LONG, at + 8) >>> PageGeometry.UNIT_BITS) & UNITS_MASK;
  }

  public static int paddingBytes(MemorySegment memory, long at) {
    return (int) (memory.get(LONG, at + 8) >>> PADDING_SHIFT);
  }
}
