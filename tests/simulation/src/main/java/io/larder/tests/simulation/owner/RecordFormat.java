package io.larder.tests.simulation.owner;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A record that describes itself, little endian.
 *
 * <pre>
 *  offset bytes  field
 *       0     4  CRC32C of where the record is in its page, and of everything after it
 *       4     4  length of the record in bytes
 *       8     8  version of the page it was written to
 *      16     8  key
 *      24     8  stamp: which writing of the key
 *      32        bytes that follow from the stamp
 * </pre>
 *
 * <p>The place is part of the checksum because a write that a device misdirects by a little lands
 * in the same life of the same page, and may put an older record of a key where its newest should
 * be.
 */
public final class RecordFormat {
  /** Bytes of the smallest record. */
  public static final int BYTES_MIN = 32;

  private static final long STRIDE = 0x9E3779B97F4A7C15L;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What a reader makes of some bytes. */
  public enum Verdict {
    /** The record that was looked for. */
    RIGHT,
    /** Damaged, of another key, life or place: a reader sees that and misses. */
    NOT_IT,
    /** Intact, of that key and that life, and yet not what was written: no reader could tell. */
    WRONG
  }

  private RecordFormat() {}

  /** Writes the record at byte {@code at}. */
  public static void write(MemorySegment memory, long at, Held held) {
    memory.set(INT, at + 4, held.lengthBytes());
    memory.set(LONG, at + 8, held.version());
    memory.set(LONG, at + 16, held.key());
    memory.set(LONG, at + 24, held.stamp());
    long fill = held.stamp() * STRIDE;
    int done = BYTES_MIN;
    for (; done + Long.BYTES <= held.lengthBytes(); done += Long.BYTES) {
      fill += STRIDE;
      memory.set(LONG, at + done, fill);
    }
    for (; done < held.lengthBytes(); done++) {
      memory.set(ValueLayout.JAVA_BYTE, at + done, (byte) (fill + done));
    }
    memory.set(INT, at, checksum(memory, at, held.lengthBytes(), held.offsetUnits()));
  }

  /** Judges what was read at byte {@code at} as a cache would, and then as only a model can. */
  public static Verdict judge(MemorySegment memory, long at, int readableBytes, Held wanted) {
    if (readableBytes < BYTES_MIN) {
      return Verdict.NOT_IT;
    }
    int length = memory.get(INT, at + 4);
    if (length < BYTES_MIN
        || length > readableBytes
        || memory.get(LONG, at + 8) != wanted.version()
        || memory.get(LONG, at + 16) != wanted.key()
        || memory.get(INT, at) != checksum(memory, at, length, wanted.offsetUnits())) {
      return Verdict.NOT_IT;
    }
    boolean right =
        length == wanted.lengthBytes()
            && memory.get(LONG, at + 24) == wanted.stamp()
            && bodyIsOf(memory, at, wanted);
    return right ? Verdict.RIGHT : Verdict.WRONG;
  }

  private static boolean bodyIsOf(MemorySegment memory, long at, Held wanted) {
    long fill = wanted.stamp() * STRIDE;
    int done = BYTES_MIN;
    for (; done + Long.BYTES <= wanted.lengthBytes(); done += Long.BYTES) {
      fill += STRIDE;
      if (memory.get(LONG, at + done) != fill) {
        return false;
      }
    }
    for (; done < wanted.lengthBytes(); done++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at + done) != (byte) (fill + done)) {
        return false;
      }
    }
    return true;
  }

  private static int checksum(MemorySegment memory, long at, int lengthBytes, int offsetUnits) {
    CRC32C crc = new CRC32C();
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      crc.update(offsetUnits >>> shift);
    }
    crc.update(memory.asSlice(at + 4, lengthBytes - 4).asByteBuffer());
    return (int) crc.getValue();
  }
}
