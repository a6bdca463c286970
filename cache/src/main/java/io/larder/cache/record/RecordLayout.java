package io.larder.cache.record;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the bytes of one item stand: header, key, value, and what a state bit announces.
 *
 * <pre>
 *  offset bytes  field                              (little endian)
 *       0     4  flash: CRC32C of everything after it, padding left out,
 *                       xor where the record stands in its page, in units
 *                RAM:   span, the bytes from this record to the next one
 *       4     1  key length, 1..250
 *       5     1  state bits
 *       6     2  format, 0
 *       8     4  value length
 *      12     4  client flags
 *      16     4  expiry, unix seconds, 0 = never
 *      20     4  flash: low 32 bits of the page version
 *                RAM:   last access, unix seconds
 *      24     8  sequence; the CAS unique unless a state bit announces another
 *      32     k  key
 *    32+k     v  value
 *     ...     8  the client's own CAS, if {@link #OWN_CAS}   (aligned to 8)
 *     ...     8  twin, if {@link #TWIN}; never on flash
 * </pre>
 *
 * <p>Records are padded to {@link #RAM_ALIGNMENT_BYTES} in RAM and to the alignment of their page
 * on flash.
 *
 * <p><b>Threads.</b> Stateless; the caller guards the bytes.
 */
public final class RecordLayout {
  /*
   * Key and value come first after the header, the announced extras last, so that the key of a
   * record in RAM stands still for as long as the record does: who walks a segment can read the
   * key, and from it the hash that says which shard's lock to take, before holding that lock.
   * The checksum is not needed in RAM and the span is not needed on flash, so they share a field.
   */

  /** Bytes before the key. */
  public static final int HEADER_BYTES = 32;

  /** Longest key in bytes, memcached's limit. */
  public static final int KEY_BYTES_MAX = 250;

  /** Alignment of records in RAM. */
  public static final int RAM_ALIGNMENT_BYTES = 8;

  /** Bytes of each announced extra. */
  public static final int EXTRA_BYTES = 8;

  /** State: read since it was stored. */
  public static final int FETCHED = 1;

  /** State: invalidated, served as stale until somebody stores it again. */
  public static final int STALE = 1 << 1;

  /** State: somebody has been told to refresh it. */
  public static final int TOKEN_SENT = 1 << 2;

  /** State: the client sent the key base64-encoded. */
  public static final int KEY_BINARY = 1 << 3;

  /** State: a CAS of the client's own follows. */
  public static final int OWN_CAS = 1 << 4;

  /** State: the place of an identical copy on flash follows. */
  public static final int TWIN = 1 << 5;

  /** State: being written to flash; not to be changed in place. */
  public static final int BUSY = 1 << 6;

  /** State: no item, only bytes to skip. */
  public static final int FILLER = 1 << 7;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CHECKSUM_OR_SPAN = 0;
  private static final int KEY_LENGTH = 4;
  private static final int STATE = 5;
  private static final int FORMAT = 6;
  private static final int VALUE_LENGTH = 8;
  private static final int FLAGS = 12;
  private static final int EXPIRY = 16;
  private static final int ACCESS_OR_VERSION = 20;
  private static final int SEQUENCE = 24;

  private RecordLayout() {}

  /** Bytes of a record without padding. */
  public static int recordBytes(int keyLength, int valueLength, int state) {
    int body = HEADER_BYTES + keyLength + valueLength;
    int extras = Integer.bitCount(state & (OWN_CAS | TWIN));
    return extras == 0 ? body : alignUp(body, EXTRA_BYTES) + extras * EXTRA_BYTES;
  }

  /** What a record takes of RAM, padding included. */
  public static int spanBytes(int keyLength, int valueLength, int state) {
    return alignUp(recordBytes(keyLength, valueLength, state), RAM_ALIGNMENT_BYTES);
  }

  /** Bytes of the record at {@code offset}, without padding. */
  public static int recordBytes(MemorySegment memory, long offset) {
    return recordBytes(
        keyLength(memory, offset), valueLength(memory, offset), state(memory, offset));
  }

  /** What clients are shown as the size of an item: header, key and value. */
  public static int shownBytes(MemorySegment memory, long offset) {
    return HEADER_BYTES + keyLength(memory, offset) + valueLength(memory, offset);
  }

  /** Rounds up to a multiple of {@code alignment}, a power of two. */
  public static int alignUp(int bytes, int alignment) {
    return (bytes + alignment - 1) & -alignment;
  }

  /** Writes the fields that stand before the key; the sequence is the caller's next one. */
  public static void writeHeader(
      MemorySegment memory,
      long offset,
      int keyLength,
      int state,
      int valueLength,
      int flags,
      long expirySeconds,
      long accessSeconds,
      long sequence) {
    memory.set(ValueLayout.JAVA_BYTE, offset + KEY_LENGTH, (byte) keyLength);
    memory.set(ValueLayout.JAVA_BYTE, offset + STATE, (byte) state);
    memory.set(SHORT, offset + FORMAT, (short) 0);
    memory.set(INT, offset + VALUE_LENGTH, valueLength);
    memory.set(INT, offset + FLAGS, flags);
    memory.set(INT, offset + EXPIRY, (int) expirySeconds);
    memory.set(INT, offset + ACCESS_OR_VERSION, (int) accessSeconds);
    memory.set(LONG, offset + SEQUENCE, sequence);
  }

  /** On flash: CRC32C of the bytes from offset 4 to the end of the record, xor its offset. */
  public static int checksum(MemorySegment memory, long offset) {
    return memory.get(INT, offset + CHECKSUM_OR_SPAN);
  }

  public static void setChecksum(MemorySegment memory, long offset, int checksum) {
    memory.set(INT, offset + CHECKSUM_OR_SPAN, checksum);
  }

  /** In RAM: bytes from this record to the next. Fixed for as long as the record stands. */
  public static int spanBytes(MemorySegment memory, long offset) {
    return memory.get(INT, offset + CHECKSUM_OR_SPAN);
  }

  public static void setSpanBytes(MemorySegment memory, long offset, int spanBytes) {
    memory.set(INT, offset + CHECKSUM_OR_SPAN, spanBytes);
  }

  public static int keyLength(MemorySegment memory, long offset) {
    return memory.get(ValueLayout.JAVA_BYTE, offset + KEY_LENGTH) & 0xff;
  }

  public static long keyOffset(long offset) {
    return offset + HEADER_BYTES;
  }

  public static int state(MemorySegment memory, long offset) {
    return memory.get(ValueLayout.JAVA_BYTE, offset + STATE) & 0xff;
  }

  public static void setState(MemorySegment memory, long offset, int state) {
    memory.set(ValueLayout.JAVA_BYTE, offset + STATE, (byte) state);
  }

  public static int format(MemorySegment memory, long offset) {
    return memory.get(SHORT, offset + FORMAT) & 0xffff;
  }

  public static int valueLength(MemorySegment memory, long offset) {
    return memory.get(INT, offset + VALUE_LENGTH);
  }

  public static long valueOffset(MemorySegment memory, long offset) {
    return offset + HEADER_BYTES + keyLength(memory, offset);
  }

  public static int flags(MemorySegment memory, long offset) {
    return memory.get(INT, offset + FLAGS);
  }

  public static long expirySeconds(MemorySegment memory, long offset) {
    return Integer.toUnsignedLong(memory.get(INT, offset + EXPIRY));
  }

  public static void setExpirySeconds(MemorySegment memory, long offset, long expirySeconds) {
    memory.set(INT, offset + EXPIRY, (int) expirySeconds);
  }

  /** In RAM: unix seconds of the last read. */
  public static long accessSeconds(MemorySegment memory, long offset) {
    return Integer.toUnsignedLong(memory.get(INT, offset + ACCESS_OR_VERSION));
  }

  public static void setAccessSeconds(MemorySegment memory, long offset, long accessSeconds) {
    memory.set(INT, offset + ACCESS_OR_VERSION, (int) accessSeconds);
  }

  /** On flash: the low 32 bits of the version of the page it was written to. */
  public static int pageVersion(MemorySegment memory, long offset) {
    return memory.get(INT, offset + ACCESS_OR_VERSION);
  }

  public static void setPageVersion(MemorySegment memory, long offset, long version) {
    memory.set(INT, offset + ACCESS_OR_VERSION, (int) version);
  }

  public static long sequence(MemorySegment memory, long offset) {
    return memory.get(LONG, offset + SEQUENCE);
  }

  public static void setSequence(MemorySegment memory, long offset, long sequence) {
    memory.set(LONG, offset + SEQUENCE, sequence);
  }

  /** The CAS unique that clients see. */
  public static long cas(MemorySegment memory, long offset) {
    return (state(memory, offset) & OWN_CAS) == 0
        ? sequence(memory, offset)
        : memory.get(LONG, ownCasOffset(memory, offset));
  }

  /** Writes the CAS announced by {@link #OWN_CAS}. */
  public static void setOwnCas(MemorySegment memory, long offset, long cas) {
    memory.set(LONG, ownCasOffset(memory, offset), cas);
  }

  /** The place announced by {@link #TWIN}. */
  public static long twin(MemorySegment memory, long offset) {
    return memory.get(LONG, twinOffset(memory, offset));
  }

  /** Writes the place announced by {@link #TWIN}. */
  public static void setTwin(MemorySegment memory, long offset, long twin) {
    memory.set(LONG, twinOffset(memory, offset), twin);
  }

  private static long ownCasOffset(MemorySegment memory, long offset) {
    return offset
        + alignUp(
            HEADER_BYTES + keyLength(memory, offset) + valueLength(memory, offset), EXTRA_BYTES);
  }

  private static long twinOffset(MemorySegment memory, long offset) {
    long first = ownCasOffset(memory, offset);
    return (state(memory, offset) & OWN_CAS) == 0 ? first : first + EXTRA_BYTES;
  }

  /** Whether the record at {@code offset} has exactly this key. */
  public static boolean keyEquals(
      MemorySegment memory, long offset, MemorySegment key, long keyOffset, int keyLength) {
    long start = keyOffset(offset);
    return keyLength(memory, offset) == keyLength
        && MemorySegment.mismatch(
                memory, start, start + keyLength, key, keyOffset, keyOffset + keyLength)
            == -1;
  }
}
