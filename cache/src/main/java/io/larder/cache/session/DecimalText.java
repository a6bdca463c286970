package io.larder.cache.session;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Unsigned 64-bit decimal numbers as values hold them. Stateless but for the last number parsed.
 */
final class DecimalText {
  /** Most digits a number can have. */
  static final int DIGITS_MAX = 20;

  private long number;

  /** The number that {@link #parse} found. */
  long number() {
    return number;
  }

  /**
   * Reads a number as memcached does: white space may stand before it, and anything after white
   * space or a NUL behind it.
   */
  boolean parse(MemorySegment memory, long offset, int length) {
    int at = 0;
    while (at < length && isSpace(byteAt(memory, offset + at))) {
      at++;
    }
    boolean negative = at < length && byteAt(memory, offset + at) == '-';
    if (at < length && (negative || byteAt(memory, offset + at) == '+')) {
      at++;
    }
    int first = at;
    long value = 0;
    for (; at < length; at++) {
      int digit = byteAt(memory, offset + at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (Long.compareUnsigned(value, Long.divideUnsigned(-1L, 10)) > 0) {
        return false;
      }
      long next = value * 10 + digit;
      if (Long.compareUnsigned(next, value * 10) < 0) {
        return false;
      }
      value = next;
    }
    if (at == first || (at < length && !isEnd(byteAt(memory, offset + at)))) {
      return false;
    }
    number = negative ? -value : value;
    return !negative || number >= 0;
  }

  /** Writes {@code value} without leading zeros; returns how many digits. */
  static int write(long value, MemorySegment memory, long offset) {
    int digits = digits(value);
    long rest = value;
    for (int at = digits - 1; at >= 0; at--) {
      memory.set(
          ValueLayout.JAVA_BYTE, offset + at, (byte) ('0' + Long.remainderUnsigned(rest, 10)));
      rest = Long.divideUnsigned(rest, 10);
    }
    return digits;
  }

  /** Digits of {@code value}. */
  static int digits(long value) {
    int digits = 1;
    for (long rest = Long.divideUnsigned(value, 10); rest != 0; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static int byteAt(MemorySegment memory, long offset) {
    return memory.get(ValueLayout.JAVA_BYTE, offset);
  }

  private static boolean isEnd(int c) {
    return isSpace(c) || c == 0;
  }

  private static boolean isSpace(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
