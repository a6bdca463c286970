package io.larder.tests.conformance.proof;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What is known of every item of a soak: which write of it has begun and which is over, counted
 * from 1; a delete counts as one.
 *
 * <p><b>Threads.</b> An item is written by the client that owns it alone, and read by all.
 */
final class SoakItems {
  private final AtomicLongArray begun;
  private final AtomicLongArray over;
  private final int clientCount;

  SoakItems(int itemCount, int clientCount) {
    this.begun = new AtomicLongArray(itemCount);
    this.over = new AtomicLongArray(itemCount);
    this.clientCount = clientCount;
  }

  int count() {
    return begun.length();
  }

  int clientCount() {
    return clientCount;
  }

  /** Number of the next write of an item, which begins now. */
  long begin(int item) {
    return begun.incrementAndGet(item);
  }

  /** The write that began last is over. */
  void isOver(int item) {
    over.set(item, begun.get(item));
  }

  long begun(int item) {
    return begun.get(item);
  }

  long over(int item) {
    return over.get(item);
  }

  /**
   * Bytes of the value that a write writes: most are small, most of the bytes are in large ones.
   */
  static int valueBytes(long item, long write) {
    long seed = (item * 0x9E3779B97F4A7C15L) ^ (write * 0xC2B2AE3D27D4EB4FL);
    seed = (seed ^ (seed >>> 31)) * 0xBF58476D1CE4E5B9L;
    seed ^= seed >>> 29;
    int kind = (int) Long.remainderUnsigned(seed, 1000);
    int spread = (int) (seed >>> 40);
    if (kind < 700) {
      return 16 + spread % 484;
    }
    if (kind < 970) {
      return 500 + spread % 7_500;
    }
    if (kind < 999) {
      return 8_000 + spread % 120_000;
    }
    return 300_000 + spread % 600_000;
  }
}
