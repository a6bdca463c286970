package io.larder.engine.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The last 64 bytes of a sealed page, little endian.
 *
 * <pre>
 *  offset bytes  field
 *       0     8  magic "LARDERTR"
 *       8     8  version of the page
 *      16     4  record count
 *      20     4  row: number of the page on its device
 *      24     4  earliest expiry, unix seconds; 0 = nothing on the page expires
 *      28     4  latest expiry, unix seconds; 0 = something on the page never expires
 *      32     4  where the records end, in bytes
 *      36     8  device id
 *      44    16  zero
 *      60     4  CRC32C of the directory's entries and of the 60 bytes before
 * </pre>
 */
public final class TrailerLayout {
  /** Bytes of the trailer. */
  public static final int BYTES = 64;

  /** Bytes of the trailer that its checksum covers. */
  public static final int CHECKED_BYTES = 60;

  private static final long MAGIC = HeaderLayout.magic("LARDERTR");
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private TrailerLayout() {}

  /** Writes everything but the checksum at byte {@code at}. */
  public static void write(
      MemorySegment memory,
      long at,
      long version,
      int recordCount,
      PageSite site,
      long earliestExpirySeconds,
      long latestExpirySeconds,
      int recordsEndBytes) {
    memory.asSlice(at, BYTES).fill((byte) 0);
    memory.set(LONG, at, MAGIC);
    memory.set(LONG, at + 8, version);
    memory.set(INT, at + 16, recordCount);
    memory.set(INT, at + 20, site.row());
    memory.set(INT, at + 24, (int) earliestExpirySeconds);
    memory.set(INT, at + 28, (int) latestExpirySeconds);
    memory.set(INT, at + 32, recordsEndBytes);
    memory.set(LONG, at + 36, site.deviceId());
  }

  public static void setChecksum(MemorySegment memory, long at, int checksum) {
    memory.set(INT, at + CHECKED_BYTES, checksum);
  }

  public static int checksum(MemorySegment memory, long at) {
    return memory.get(INT, at + CHECKED_BYTES);
  }

  /** Whether the trailer at byte {@code at} is one, of this page in this life. */
  public static boolean belongsTo(MemorySegment memory, long at, PageSite site, long version) {
    return memory.get(LONG, at) == MAGIC
        && memory.get(LONG, at + 8) == version
        && memory.get(INT, at + 20) == site.row()
        && memory.get(LONG, at + 36) == site.deviceId();
  }

  public static int recordCount(MemorySegment memory, long at) {
    return memory.get(INT, at + 16);
  }

  public static long earliestExpirySeconds(MemorySegment memory, long at) {
    return Integer.toUnsignedLong(memory.get(INT, at + 24));
  }

  public static long latestExpirySeconds(MemorySegment memory, long at) {
    return Integer.toUnsignedLong(memory.get(INT, at + 28));
  }
}
