package io.larder.protocol.watch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Builds one line of {@code name=value} words, without allocating.
 *
 * <p><b>Threads.</b> Confined to its owner.
 */
public final class LineBuilder {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final int INT_DIGITS_MAX = 20;

  final byte[] bytes;
  int length;

  /** Lines of up to {@code bytesMax} bytes; what would be longer throws. */
  public LineBuilder(int bytesMax) {
    bytes = new byte[bytesMax];
  }

  public LineBuilder clear() {
    length = 0;
    return this;
  }

  /** The line so far. */
  public MemorySegment line() {
    return MemorySegment.ofArray(bytes).asSlice(0, length);
  }

  /** Adds characters, which are ASCII. */
  public LineBuilder text(String characters) {
    for (int i = 0; i < characters.length(); i++) {
      bytes[length++] = (byte) characters.charAt(i);
    }
    return this;
  }

  /** Adds a number. */
  public LineBuilder number(long number) {
    if (number < 0) {
      bytes[length++] = '-';
    }
    int end = length + INT_DIGITS_MAX;
    int at = end;
    long left = number;
    do {
      bytes[--at] = (byte) ('0' + Math.abs(left % 10));
      left /= 10;
    } while (left != 0);
    System.arraycopy(bytes, at, bytes, length, end - at);
    length += end - at;
    return this;
  }

  /** Adds a number of six digits. */
  public LineBuilder sixDigits(int number) {
    int left = number;
    for (int i = 5; i >= 0; i--) {
      bytes[length + i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    length += 6;
    return this;
  }

  /** Adds bytes as they are. */
  public LineBuilder raw(MemorySegment memory, long offset, int count) {
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, length, count);
    length += count;
    return this;
  }

  /** Adds bytes in the encoding of URIs: letters, digits and {@code -._~} stay as they are. */
  public LineBuilder uri(MemorySegment memory, long offset, int count) {
    for (int i = 0; i < count; i++) {
      int b = memory.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff;
      if (isPlain(b)) {
        bytes[length++] = (byte) b;
      } else {
        bytes[length++] = '%';
        bytes[length++] = (byte) HEX[b >> 4];
        bytes[length++] = (byte) HEX[b & 15];
      }
    }
    return this;
  }

  private static boolean isPlain(int b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '-'
        || b == '.'
        || b == '_'
        || b == '~';
  }
}
