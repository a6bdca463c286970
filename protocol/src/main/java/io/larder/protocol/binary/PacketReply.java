package io.larder.protocol.binary;

import io.larder.protocol.reply.ReplyChain;

/**
 * Writes replies of the binary protocol.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class PacketReply {
  /*
   * A chain puts the lowest byte of a number first, so three numbers of eight bytes make a header:
   * what is to stand most significant byte first is turned round before.
   */

  private static final int HALF = 32;
  private static final int STATUS_SHIFT = 48;

  private PacketReply() {}

  /**
   * Puts a header, for which and for what follows it room has been reserved.
   *
   * @param opcode as it came in the request, as is {@code opaque}
   * @param bodyLength of extras, key and value together
   */
  public static void header(
      ReplyChain out,
      int opcode,
      int opaque,
      PacketStatus status,
      int extrasLength,
      int keyLength,
      int bodyLength,
      long cas) {
    out.putLong(
        PacketLayout.REPLY_MAGIC
            | (long) opcode << 8
            | (long) Character.reverseBytes((char) keyLength) << 16
            | (long) extrasLength << HALF
            | (long) Character.reverseBytes((char) status.code) << STATUS_SHIFT);
    out.putLong(
        Integer.toUnsignedLong(Integer.reverseBytes(bodyLength))
            | (long) Integer.reverseBytes(opaque) << HALF);
    out.putLong(Long.reverseBytes(cas));
  }

  /** Adds a reply that is only a header, with {@code cas}. */
  public static void done(ReplyChain out, int opcode, int opaque, long cas) {
    out.reserve(PacketLayout.HEADER_BYTES);
    header(out, opcode, opaque, PacketStatus.OK, 0, 0, 0, cas);
  }

  /** Adds a reply that says what went wrong. */
  public static void error(ReplyChain out, int opcode, int opaque, PacketStatus status) {
    out.reserve(PacketLayout.HEADER_BYTES);
    header(out, opcode, opaque, status, 0, 0, status.wordsLength, 0);
    out.append(status.words);
  }

  /** Adds a reply with key and value in characters. Allocates: not for the hot path. */
  public static void texts(ReplyChain out, int opcode, int opaque, String key, String value) {
    out.reserve(PacketLayout.HEADER_BYTES);
    int bodyLength = key.length() + value.length();
    header(out, opcode, opaque, PacketStatus.OK, 0, key.length(), bodyLength, 0);
    out.append(key);
    out.append(value);
  }
}
