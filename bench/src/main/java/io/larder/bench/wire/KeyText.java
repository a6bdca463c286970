package io.larder.bench.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The text of numbered keys, all of one length: filling, and eight digits of base 32.
 *
 * <p><b>Threads.</b> Any.
 */
public final class KeyText {
  public static final int BYTES_MIN = 8;
  public static final int BYTES_MAX = 250;

  /** Numbers are below this. */
  public static final long NUMBERS = 1L << 40;

  /** What {@link #number} answers to a key that is none of these. */
  public static final long NONE = -1;

  private static final int DIGITS = 8;
  private static final int BITS = 5;
  private static final byte[] ALPHABET =
      "0123456789abcdefghijklmnopqrstuv".getBytes(StandardCharsets.US_ASCII);
  private static final byte FILLING = 'k';
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      VALUES[ALPHABET[i]] = (byte) i;
    }
  }

  private final int lengthBytes;

  public KeyText(int lengthBytes) {
    if (lengthBytes < BYTES_MIN || lengthBytes > BYTES_MAX) {
      throw new IllegalArgumentException("a key of " + lengthBytes + " bytes");
    }
    this.lengthBytes = lengthBytes;
  }

  public int lengthBytes() {
    return lengthBytes;
  }

  /** Writes the key of a number and returns where it ends. */
  public int write(long number, byte[] target, int offset) {
    int end = offset + lengthBytes;
    Arrays.fill(target, offset, end - DIGITS, FILLING);
    long rest = number;
    for (int at = end - 1; at >= end - DIGITS; at--) {
      target[at] = ALPHABET[(int) (rest & (ALPHABET.length - 1))];
      rest >>>= BITS;
    }
    return end;
  }

  /** The number of a key; {@link #NONE} if it is none that this writes. */
  public long number(byte[] source, int offset, int length) {
    if (length != lengthBytes) {
      return NONE;
    }
    long number = 0;
    for (int at = offset + length - DIGITS; at < offset + length; at++) {
      int digit = source[at] < 0 ? -1 : VALUES[source[at]];
      if (digit < 0) {
        return NONE;
      }
      number = number << BITS | digit;
    }
    return number;
  }
}
