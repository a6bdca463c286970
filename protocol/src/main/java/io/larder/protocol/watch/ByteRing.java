package io.larder.protocol.watch;

/**
 * Bytes from one thread to another, as many as fit.
 *
 * <p><b>Threads.</b> One puts, one takes.
 */
final class ByteRing {
  private final byte[] bytes;

  /** How many have ever been put, and taken; each is written by its own side only. */
  private volatile long putCount;

  private volatile long takenCount;

  ByteRing(int capacityBytes) {
    bytes = new byte[capacityBytes];
  }

  /** How many more can be put now. */
  int room() {
    return bytes.length - (int) (putCount - takenCount);
  }

  /** How many can be taken now. */
  int available() {
    return (int) (putCount - takenCount);
  }

  /** Puts two pieces, one behind the other, or nothing if there is no room for both. */
  boolean put(byte[] first, int firstLength, byte[] second, int secondLength) {
    if (room() < firstLength + secondLength) {
      return false;
    }
    long at = putCount;
    copyIn(first, firstLength, at);
    copyIn(second, secondLength, at + firstLength);
    putCount = at + firstLength + secondLength;
    return true;
  }

  /** Takes what is available, {@code most} bytes at most. */
  int take(byte[] into, int most) {
    long at = takenCount;
    int length = Math.min(most, available());
    int start = (int) (at % bytes.length);
    int untilEnd = Math.min(length, bytes.length - start);
    System.arraycopy(bytes, start, into, 0, untilEnd);
    System.arraycopy(bytes, 0, into, untilEnd, length - untilEnd);
    takenCount = at + length;
    return length;
  }

  private void copyIn(byte[] from, int length, long at) {
    int start = (int) (at % bytes.length);
    int untilEnd = Math.min(length, bytes.length - start);
    System.arraycopy(from, 0, bytes, start, untilEnd);
    System.arraycopy(from, untilEnd, bytes, 0, length - untilEnd);
  }
}
