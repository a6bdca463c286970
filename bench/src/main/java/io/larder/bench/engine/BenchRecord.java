package io.larder.bench.engine;

import io.larder.bench.model.Mix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * The bytes of a numbered record: its first and last eight depend on the number, which stands
 * between them; the rest is the same noise in every record.
 *
 * <p><b>Threads.</b> Any.
 */
final class BenchRecord {
  /** First eight bytes, number, last eight. */
  static final int BYTES_MIN = 24;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long NOISE_SEED = 1;

  private final int lengthBytes;
  private final byte[] noise;

  BenchRecord(int lengthBytes) {
    this.lengthBytes = lengthBytes;
    this.noise = new byte[lengthBytes];
    new SplittableRandom(NOISE_SEED).nextBytes(noise);
  }

  void write(MemorySegment target, long offset, long number) {
    MemorySegment.copy(noise, 0, target, ValueLayout.JAVA_BYTE, offset, lengthBytes);
    target.set(LONG, offset, Mix.of(number));
    target.set(LONG, offset + 8, number);
    target.set(LONG, offset + lengthBytes - 8, ~Mix.of(number));
  }

  boolean isAt(MemorySegment memory, long offset, int thereBytes, long number) {
    return thereBytes >= lengthBytes
        && memory.get(LONG, offset) == Mix.of(number)
        && memory.get(LONG, offset + 8) == number
        && memory.get(LONG, offset + lengthBytes - 8) == ~Mix.of(number);
  }
}
