package io.larder.protocol.binary;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The first 24 bytes of every packet, most significant byte first; behind them extras, key and
 * value, which together are the body.
 *
 * <pre>
 *  0 magic    1 opcode    2 key length
 *  4 extras   5 data type 6 status of a reply; unused in a request
 *  8 body length
 * 12 opaque, returned as it came
 * 16 CAS
 * </pre>
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class PacketLayout {
  public static final int HEADER_BYTES = 24;

  /** First byte of every request. */
  public static final int REQUEST_MAGIC = 0x80;

  /** First byte of every reply. */
  public static final int REPLY_MAGIC = 0x81;

  private static final int OPCODE = 1;
  private static final int KEY_LENGTH = 2;
  private static final int EXTRAS_LENGTH = 4;
  private static final int BODY_LENGTH = 8;
  private static final int OPAQUE = 12;
  private static final int CAS = 16;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private PacketLayout() {}

  public static int magic(MemorySegment memory, long packet) {
    return memory.get(ValueLayout.JAVA_BYTE, packet) & 0xff;
  }

  public static int opcode(MemorySegment memory, long packet) {
    return memory.get(ValueLayout.JAVA_BYTE, packet + OPCODE) & 0xff;
  }

  public static int keyLength(MemorySegment memory, long packet) {
    return Short.toUnsignedInt(memory.get(SHORT, packet + KEY_LENGTH));
  }

  public static int extrasLength(MemorySegment memory, long packet) {
    return memory.get(ValueLayout.JAVA_BYTE, packet + EXTRAS_LENGTH) & 0xff;
  }

  /** Bytes of extras, key and value together. */
  public static long bodyLength(MemorySegment memory, long packet) {
    return Integer.toUnsignedLong(memory.get(INT, packet + BODY_LENGTH));
  }

  public static int opaque(MemorySegment memory, long packet) {
    return memory.get(INT, packet + OPAQUE);
  }

  public static long cas(MemorySegment memory, long packet) {
    return memory.get(LONG, packet + CAS);
  }

  /** Four bytes of the extras. */
  public static int extraInt(MemorySegment memory, long at) {
    return memory.get(INT, at);
  }

  /** Eight bytes of the extras. */
  public static long extraLong(MemorySegment memory, long at) {
    return memory.get(LONG, at);
  }
}
