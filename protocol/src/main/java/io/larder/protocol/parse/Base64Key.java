package io.larder.protocol.parse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys in base64, as the meta commands send them with flag {@code b}.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class Base64Key {
  /*
   * Decodes what memcached decodes: characters outside the alphabet are skipped, the number of the
   * others must divide by four, and the first padding ends the key, whatever follows.
   */

  private static final byte[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte SKIPPED = -1;
  private static final byte[] VALUES = values();

  private Base64Key() {}

  private static byte[] values() {
    byte[] values = new byte[256];
    Arrays.fill(values, SKIPPED);
    for (int i = 0; i < ALPHABET.length; i++) {
      values[ALPHABET[i]] = (byte) i;
    }
    values['='] = 0;
    return values;
  }

  /** How many bytes {@link #encode} writes for a key of {@code length} bytes. */
  public static int encodedLength(int length) {
    return (length + 2) / 3 * 4;
  }

  /**
   * Decodes {@code length} characters; source and target may be the same memory.
   *
   * @return the length of the key, or 0 if it cannot be decoded
   */
  public static int decode(
      MemorySegment source, long offset, int length, MemorySegment target, long targetOffset) {
    int characters = 0;
    for (int i = 0; i < length; i++) {
      if (VALUES[Scan.byteAt(source, offset + i)] != SKIPPED) {
        characters++;
      }
    }
    if (characters == 0 || characters % 4 != 0) {
      return 0;
    }
    long out = targetOffset;
    int group = 0;
    int inGroup = 0;
    int padding = 0;
    for (int i = 0; i < length; i++) {
      int character = Scan.byteAt(source, offset + i);
      byte bits = VALUES[character];
      if (bits == SKIPPED) {
        continue;
      }
      if (character == '=') {
        padding++;
      }
      group = group << 6 | bits;
      if (++inGroup < 4) {
        continue;
      }
      target.set(ValueLayout.JAVA_BYTE, out++, (byte) (group >> 16));
      target.set(ValueLayout.JAVA_BYTE, out++, (byte) (group >> 8));
      target.set(ValueLayout.JAVA_BYTE, out++, (byte) group);
      if (padding > 2) {
        return 0;
      }
      if (padding > 0) {
        out -= padding;
        break;
      }
      group = 0;
      inGroup = 0;
    }
    return (int) (out - targetOffset);
  }

  /** Encodes a key of {@code length} bytes; returns where the writing ended. */
  public static long encode(
      MemorySegment source, long offset, int length, MemorySegment target, long targetOffset) {
    long out = targetOffset;
    for (int i = 0; i < length; i += 3) {
      int left = length - i;
      int group =
          Scan.byteAt(source, offset + i) << 16
              | (left > 1 ? Scan.byteAt(source, offset + i + 1) << 8 : 0)
              | (left > 2 ? Scan.byteAt(source, offset + i + 2) : 0);
      target.set(ValueLayout.JAVA_BYTE, out++, ALPHABET[group >> 18]);
      target.set(ValueLayout.JAVA_BYTE, out++, ALPHABET[group >> 12 & 63]);
      target.set(ValueLayout.JAVA_BYTE, out++, left > 1 ? ALPHABET[group >> 6 & 63] : (byte) '=');
      target.set(ValueLayout.JAVA_BYTE, out++, left > 2 ? ALPHABET[group & 63] : (byte) '=');
    }
    return out;
  }
}
