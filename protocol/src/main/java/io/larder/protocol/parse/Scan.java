package io.larder.protocol.parse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Finds bytes in memory, eight at a time.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class Scan {
  /*
   * The usual trick: a byte of a word is zero where subtracting one borrows out of a byte whose top
   * bit was clear. Borrows run upwards, so only bytes above the first true match can lie, and the
   * first match is all that is asked for.
   */

  /** Eight bytes, the first in memory lowest. */
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Four bytes, the first in memory lowest. */
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long TOPS = 0x8080808080808080L;
  private static final long ABOVE_SPACE = ONES * 0x21;

  private Scan() {}

  /** Where {@code wanted} first stands in {@code [from, to)}, or -1. */
  public static long indexOf(MemorySegment memory, char wanted, long from, long to) {
    long pattern = ONES * wanted;
    long at = from;
    for (; at + 8 <= to; at += 8) {
      long word = memory.get(LONG, at) ^ pattern;
      long match = (word - ONES) & ~word & TOPS;
      if (match != 0) {
        return at + (Long.numberOfTrailingZeros(match) >>> 3);
      }
    }
    for (; at < to; at++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at) == wanted) {
        return at;
      }
    }
    return -1;
  }

  /** The first byte in {@code [from, to)} that is a space or a control character, or {@code to}. */
  public static long wordEnd(MemorySegment memory, long from, long to) {
    long at = from;
    for (; at + 8 <= to; at += 8) {
      long word = memory.get(LONG, at);
      long match = (word - ABOVE_SPACE) & ~word & TOPS;
      if (match != 0) {
        return at + (Long.numberOfTrailingZeros(match) >>> 3);
      }
    }
    while (at < to && byteAt(memory, at) > ' ') {
      at++;
    }
    return at;
  }

  /** The first space in {@code [from, to)}, or {@code to}. */
  public static long spaceOrEnd(MemorySegment memory, long from, long to) {
    long at = indexOf(memory, ' ', from, to);
    return at < 0 ? to : at;
  }

  /** The first byte in {@code [from, to)} that is no space, or {@code to}. */
  public static long skipSpaces(MemorySegment memory, long from, long to) {
    long at = from;
    while (at < to && memory.get(ValueLayout.JAVA_BYTE, at) == ' ') {
      at++;
    }
    return at;
  }

  /** The byte at {@code at}, 0 to 255. */
  public static int byteAt(MemorySegment memory, long at) {
    return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }
}
