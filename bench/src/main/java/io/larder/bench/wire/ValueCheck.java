package io.larder.bench.wire;

import org.jspecify.annotations.Nullable;

/**
 * One value as it comes in, in pieces of any size, compared with what was once written.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class ValueCheck {
  private final byte[] header = new byte[ValueBytes.HEADER_BYTES];
  private int lengthBytes;
  private int seenBytes;
  private boolean isBroken;

  public void start(int length) {
    lengthBytes = length;
    seenBytes = 0;
    isBroken = length < ValueBytes.HEADER_BYTES;
  }

  public void add(byte[] bytes, int from, int to) {
    int at = from;
    if (seenBytes < header.length) {
      int piece = Math.min(to - at, header.length - seenBytes);
      System.arraycopy(bytes, at, header, seenBytes, piece);
      seenBytes += piece;
      at += piece;
      if (seenBytes == header.length) {
        isBroken |= !ValueBytes.isWhole(header, lengthBytes);
      }
    }
    if (at < to && !isBroken) {
      isBroken = !ValueBytes.isNoise(header, seenBytes - header.length, bytes, at, to);
    }
    seenBytes += to - at;
  }

  /** What is wrong with the value of a key, or null. Asked when all of it has been added. */
  public @Nullable String complaint(long number) {
    if (lengthBytes < header.length) {
      return "only " + lengthBytes + " bytes";
    }
    if (isBroken) {
      return "bytes that were never written together";
    }
    return ValueBytes.numberOf(header) == number
        ? null
        : "the value of key number " + ValueBytes.numberOf(header);
  }

  public int version() {
    return ValueBytes.versionOf(header);
  }

  public int run() {
    return ValueBytes.runOf(header);
  }
}
