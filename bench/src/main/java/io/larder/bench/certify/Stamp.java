package io.larder.bench.certify;

import io.larder.bench.model.Mix;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * The bytes of the ground: noise that no device can press together, and at the front of every 4 KiB
 * eight bytes that say where they belong.
 *
 * <p><b>Threads.</b> Any.
 */
final class Stamp {
  static final int BLOCK_BYTES = 4096;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Stamp() {}

  static void noise(AlignedBuffer buffer, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int at = 0; at < buffer.capacityBytes(); at += Long.BYTES) {
      buffer.memory().set(LONG, at, random.nextLong());
    }
  }

  /** Says in a buffer that it belongs at {@code offsetBytes}. */
  static void put(AlignedBuffer buffer, long offsetBytes) {
    for (int at = 0; at < buffer.capacityBytes(); at += BLOCK_BYTES) {
      buffer.memory().set(LONG, at, Mix.of(offsetBytes + at));
    }
  }

  /** Whether every block that was read is the one that belongs there. */
  static boolean isAt(AlignedBuffer buffer, int lengthBytes, long offsetBytes) {
    for (int at = 0; at < lengthBytes; at += BLOCK_BYTES) {
      if (buffer.memory().get(LONG, at) != Mix.of(offsetBytes + at)) {
        return false;
      }
    }
    return true;
  }
}
