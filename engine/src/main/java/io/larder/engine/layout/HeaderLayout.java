package io.larder.engine.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first block of a page, little endian.
 *
 * <pre>
 *  offset bytes  field
 *       0     8  magic "LARDERPG"
 *       8     4  format, 1
 *      12     4  row: number of the page on its device
 *      16    16  store id
 *      32     8  version: which life of the page; 0 = none
 *      40     4  bucket
 *      44     4  hash: 1 = XXH64
 *      48     8  hash seed
 *      56     8  opened at, unix seconds
 *      64     4  page size in bytes
 *      68     8  device id
 *      76     4  CRC32C of the 76 bytes before
 *      80        zero
 * </pre>
 */
public final class HeaderLayout {
  /** Version of the formats of page, directory, trailer and record together. */
  public static final int FORMAT = 1;

  /** The hash that keys are found by: XXH64. */
  public static final int HASH_XXH64 = 1;

  private static final long MAGIC = magic("LARDERPG");
  private static final int CHECKED_BYTES = 76;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private HeaderLayout() {}

  /** Writes a whole header block at byte {@code at}, zeros included. */
  public static void write(
      MemorySegment memory,
      long at,
      StoreIdentity identity,
      int pageBytes,
      PageSite site,
      long version,
      int bucket,
      long openedAtSeconds) {
    memory.asSlice(at, PageGeometry.HEADER_BYTES).fill((byte) 0);
    memory.set(LONG, at, MAGIC);
    memory.set(INT, at + 8, FORMAT);
    memory.set(INT, at + 12, site.row());
    memory.set(LONG, at + 16, identity.storeId().getMostSignificantBits());
    memory.set(LONG, at + 24, identity.storeId().getLeastSignificantBits());
    memory.set(LONG, at + 32, version);
    memory.set(INT, at + 40, bucket);
    memory.set(INT, at + 44, HASH_XXH64);
    memory.set(LONG, at + 48, identity.hashSeed());
    memory.set(LONG, at + 56, openedAtSeconds);
    memory.set(INT, at + 64, pageBytes);
    memory.set(LONG, at + 68, site.deviceId());
    memory.set(INT, at + CHECKED_BYTES, checksum(memory, at));
  }

  /** Whether an intact header stands at byte {@code at}. */
  public static boolean isHeader(MemorySegment memory, long at) {
    return memory.byteSize() - at >= PageGeometry.HEADER_BYTES
        && memory.get(LONG, at) == MAGIC
        && memory.get(INT, at + CHECKED_BYTES) == checksum(memory, at);
  }

  /** Whether the first block of a file says that the file is Larder's, whatever its format. */
  public static boolean looksLikeOurs(ByteBuffer firstBlock) {
    return firstBlock.remaining() >= Long.BYTES
        && firstBlock.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong() == MAGIC;
  }

  /** Whether the header at byte {@code at} is of a page of this store, in this format. */
  public static boolean belongsTo(
      MemorySegment memory, long at, StoreIdentity identity, int pageBytes) {
    return memory.get(INT, at + 8) == FORMAT
        && memory.get(LONG, at + 16) == identity.storeId().getMostSignificantBits()
        && memory.get(LONG, at + 24) == identity.storeId().getLeastSignificantBits()
        && memory.get(INT, at + 44) == HASH_XXH64
        && memory.get(LONG, at + 48) == identity.hashSeed()
        && memory.get(INT, at + 64) == pageBytes;
  }

  public static int format(MemorySegment memory, long at) {
    return memory.get(INT, at + 8);
  }

  public static UUID storeId(MemorySegment memory, long at) {
    return new UUID(memory.get(LONG, at + 16), memory.get(LONG, at + 24));
  }

  public static long hashSeed(MemorySegment memory, long at) {
    return memory.get(LONG, at + 48);
  }

  public static int pageBytes(MemorySegment memory, long at) {
    return memory.get(INT, at + 64);
  }

  public static PageSite site(MemorySegment memory, long at) {
    return new PageSite(memory.get(LONG, at + 68), memory.get(INT, at + 12));
  }

  public static long version(MemorySegment memory, long at) {
    return memory.get(LONG, at + 32);
  }

  public static int bucket(MemorySegment memory, long at) {
    return memory.get(INT, at + 40);
  }

  public static long openedAtSeconds(MemorySegment memory, long at) {
    return memory.get(LONG, at + 56);
  }

  private static int checksum(MemorySegment memory, long at) {
    CRC32C crc = new CRC32C();
    crc.update(memory.asSlice(at, CHECKED_BYTES).asByteBuffer());
    return (int) crc.getValue();
  }

  static long magic(String word) {
    long magic = 0;
    for (int i = 7; i >= 0; i--) {
      magic = magic << 8 | word.charAt(i);
    }
    return magic;
  }
}
