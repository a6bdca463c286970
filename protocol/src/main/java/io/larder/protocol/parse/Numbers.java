package io.larder.protocol.parse;

import java.lang.foreign.MemorySegment;

/**
 * Reads decimal numbers the way memcached does, which is the way of C's {@code strtol} and {@code
 * strtoul} with a look at what ended them.
 *
 * <p>The answer of a call is in {@link #value}; a method says whether there is one.
 *
 * <p><b>Threads.</b> Confined to the loop that owns it.
 */
public final class Numbers {
  /*
   * Faithful where it looks odd, because clients exist that depend on it: white space and a sign
   * may lead, white space may end the number and hide what follows it, and a number of 32 bits is
   * read with 64 and cut. A minus is refused for unsigned numbers only when the result, taken as
   * signed, is negative.
   */

  private long value;
  private boolean negative;
  private boolean overflowed;
  private long magnitude;

  /** What was read last. */
  public long value() {
    return value;
  }

  /** Reads a signed number, of which the low 32 bits count. */
  public boolean signed32(MemorySegment memory, long from, long to) {
    if (!scan(memory, from, to) || overflowed) {
      return false;
    }
    if (magnitude < 0 && !(negative && magnitude == Long.MIN_VALUE)) {
      return false;
    }
    value = (int) (negative ? -magnitude : magnitude);
    return true;
  }

  /** Reads an unsigned number, of which the low 32 bits count. */
  public boolean unsigned32(MemorySegment memory, long from, long to) {
    if (!unsigned64(memory, from, to)) {
      return false;
    }
    value &= 0xffffffffL;
    return true;
  }

  /** Reads an unsigned number of 64 bits. */
  public boolean unsigned64(MemorySegment memory, long from, long to) {
    if (!scan(memory, from, to) || overflowed) {
      return false;
    }
    long read = negative ? -magnitude : magnitude;
    if (negative && read < 0) {
      return false;
    }
    value = read;
    return true;
  }

  /** Reads sign and digits; whether they are a number that ends where it may. */
  private boolean scan(MemorySegment memory, long from, long to) {
    long at = from;
    while (at < to && isSpace(Scan.byteAt(memory, at))) {
      at++;
    }
    negative = false;
    if (at < to) {
      int sign = Scan.byteAt(memory, at);
      if (sign == '-' || sign == '+') {
        negative = sign == '-';
        at++;
      }
    }
    long firstDigit = at;
    magnitude = 0;
    overflowed = false;
    for (; at < to; at++) {
      int digit = Scan.byteAt(memory, at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (Long.compareUnsigned(magnitude, Long.divideUnsigned(-1L - digit, 10)) > 0) {
        overflowed = true;
      }
      magnitude = magnitude * 10 + digit;
    }
    return at > firstDigit && (at == to || isSpace(Scan.byteAt(memory, at)));
  }

  private static boolean isSpace(int b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }
}
