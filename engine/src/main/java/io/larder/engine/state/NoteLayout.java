package io.larder.engine.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One note: 16 bytes, little endian, as two longs.
 *
 * <pre>
 *  first    63                                           0
 *          | payload: a version, a figure or a key's hash |
 *
 *  second   63   60 59     42 41       22 21       0
 *          | kind 4| page 18 | offset 20 | check 22 |
 * </pre>
 *
 * <p>The check is the low 22 bits of the CRC32C of 40 bytes: the payload, the second long with a
 * check of 0, the number of notes before this one in its file, and the store id as in the header.
 *
 * <p><b>Threads.</b> One: it has a buffer of its own.
 */
final class NoteLayout {
  /** One more than the largest page id. */
  static final int PAGE_COUNT_MAX = 1 << 18;

  /** One more than the largest offset. */
  static final int OFFSET_UNITS_MAX = 1 << 20;

  private static final int KIND_SHIFT = 60;
  private static final int PAGE_SHIFT = 42;
  private static final int OFFSET_SHIFT = 22;
  private static final long CHECK_MASK = (1L << OFFSET_SHIFT) - 1;

  private final CRC32C crc = new CRC32C();
  private final byte[] checked = new byte[40];
  private final ByteBuffer checkedBytes = ByteBuffer.wrap(checked).order(ByteOrder.LITTLE_ENDIAN);

  /** For the notes of one store. */
  NoteLayout(UUID storeId) {
    checkedBytes.putLong(24, storeId.getMostSignificantBits());
    checkedBytes.putLong(32, storeId.getLeastSignificantBits());
  }

  /** The second long of a note whose first is {@code payload}. */
  long second(long index, NoteKind kind, int page, int offsetUnits, long payload) {
    if (page < 0 || page >= PAGE_COUNT_MAX || offsetUnits < 0 || offsetUnits >= OFFSET_UNITS_MAX) {
      throw new IllegalArgumentException(
          "%s of page %d at unit %d".formatted(kind, page, offsetUnits));
    }
    long unchecked =
        (long) kind.number() << KIND_SHIFT
            | (long) page << PAGE_SHIFT
            | (long) offsetUnits << OFFSET_SHIFT;
    return unchecked | check(index, payload, unchecked);
  }

  /** Whether the note is one of this store, at this place of its file. */
  boolean isIntact(long index, long first, long second) {
    return (second & CHECK_MASK) == check(index, first, second & ~CHECK_MASK);
  }

  /** Null when there is no such kind. */
  static @Nullable NoteKind kind(long second) {
    return NoteKind.of((int) (second >>> KIND_SHIFT));
  }

  static int page(long second) {
    return (int) (second >>> PAGE_SHIFT) & PAGE_COUNT_MAX - 1;
  }

  static int offsetUnits(long second) {
    return (int) (second >>> OFFSET_SHIFT) & OFFSET_UNITS_MAX - 1;
  }

  private long check(long index, long first, long unchecked) {
    checkedBytes.putLong(0, first).putLong(8, unchecked).putLong(16, index);
    crc.reset();
    crc.update(checked, 0, checked.length);
    return crc.getValue() & CHECK_MASK;
  }
}
