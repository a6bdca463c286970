package io.larder.bench.wire;

import io.larder.bench.model.Mix;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The bytes of a value, which say whose they are, in which version, and whether they are whole.
 *
 * <pre>
 *   0        8         12       16          24
 *   | number | version | run    | checksum  | noise ...
 * </pre>
 *
 * <p>The checksum is of number, version, run and length; the noise is a stretch of a fixed noise
 * that the checksum tells, and every byte of it is compared. A value too small for the header is
 * noise that depends on nothing.
 *
 * <p><b>Threads.</b> Any.
 */
public final class ValueBytes {
  /** The smallest value that can be checked. */
  public static final int HEADER_BYTES = 24;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int VERSION = 8;
  private static final int RUN = 12;
  private static final int CHECKSUM = 16;
  private static final int NOISE_BYTES = 1 << 16;
  private static final byte[] NOISE = noise();

  private ValueBytes() {}

  private static byte[] noise() {
    byte[] noise = new byte[NOISE_BYTES];
    new SplittableRandom(1).nextBytes(noise);
    return noise;
  }

  /** Writes a whole value and returns where it ends. */
  public static int write(
      byte[] target, int offset, int lengthBytes, long number, int version, int run) {
    int end = offset + lengthBytes;
    if (lengthBytes < HEADER_BYTES) {
      System.arraycopy(NOISE, 0, target, offset, lengthBytes);
      return end;
    }
    long checksum = checksum(number, version, run, lengthBytes);
    LONG.set(target, offset, number);
    INT.set(target, offset + VERSION, version);
    INT.set(target, offset + RUN, run);
    LONG.set(target, offset + CHECKSUM, checksum);
    int noiseAt = noiseStart(checksum);
    for (int at = offset + HEADER_BYTES; at < end; ) {
      int piece = Math.min(end - at, NOISE_BYTES - noiseAt);
      System.arraycopy(NOISE, noiseAt, target, at, piece);
      at += piece;
      noiseAt = 0;
    }
    return end;
  }

  private static int noiseStart(long checksum) {
    return (int) (checksum & (NOISE_BYTES - 1));
  }

  private static long checksum(long number, int version, int run, int lengthBytes) {
    return Mix.of(Mix.of(number) ^ (((long) version << 32) | (run & 0xFFFFFFFFL)))
        + Mix.of(lengthBytes);
  }

  static long numberOf(byte[] header) {
    return (long) LONG.get(header, 0);
  }

  static int versionOf(byte[] header) {
    return (int) INT.get(header, VERSION);
  }

  static int runOf(byte[] header) {
    return (int) INT.get(header, RUN);
  }

  /** Whether a header fits itself and the length of its value. */
  static boolean isWhole(byte[] header, int lengthBytes) {
    return (long) LONG.get(header, CHECKSUM)
        == checksum(numberOf(header), versionOf(header), runOf(header), lengthBytes);
  }

  /** Whether bytes that stand so far behind the header are the noise they should be. */
  static boolean isNoise(byte[] header, long behindHeader, byte[] bytes, int from, int to) {
    int noiseAt =
        (int) ((noiseStart((long) LONG.get(header, CHECKSUM)) + behindHeader) % NOISE_BYTES);
    int at = from;
    while (at < to) {
      int piece = Math.min(to - at, NOISE_BYTES - noiseAt);
      if (!Arrays.equals(bytes, at, at + piece, NOISE, noiseAt, noiseAt + piece)) {
        return false;
      }
      at += piece;
      noiseAt = 0;
    }
    return true;
  }
}
