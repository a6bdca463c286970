package io.larder.server.net;

import org.jspecify.annotations.Nullable;

/**
 * Memory to read sockets into, in three sizes.
 *
 * <p>A ring holds the memory of a read until the client sends something, so an idle connection
 * costs one piece of the smallest size, and while the larger sizes together have reached their
 * share only that size is given out.
 *
 * <p><b>Threads.</b> Confined to the loop that owns it, which is the thread of its first use.
 */
final class ReadPool {
  /** The sizes, smallest first. */
  private static final int[] SIZES = {2 << 10, 16 << 10, 64 << 10};

  /** Index of the largest size. */
  static final int SIZE_INDEX_MAX = SIZES.length - 1;

  private final long largerBytesMax;
  private final long idleBytesMax;
  private final @Nullable ReadMemory[] idle = new @Nullable ReadMemory[SIZES.length];
  private long largerBytes;
  private long idleBytes;
  private long takenBytes;
  private int count;
  private boolean closed;

  /**
   * @param largerBytesMax the most bytes of larger pieces in use at once
   * @param idleBytesMax the most bytes kept for the next taker
   */
  ReadPool(long largerBytesMax, long idleBytesMax) {
    this.largerBytesMax = largerBytesMax;
    this.idleBytesMax = idleBytesMax;
  }

  /** A piece of the wanted size, or a smaller one. */
  ReadMemory take(int wantedIndex) {
    int index = largerBytes >= largerBytesMax ? 0 : wantedIndex;
    if (index > 0) {
      largerBytes += SIZES[index];
    }
    ReadMemory memory = idle[index];
    takenBytes += SIZES[index];
    if (memory == null) {
      count++;
      return ReadMemory.allocate(this, SIZES[index]).renew();
    }
    idle[index] = memory.next;
    memory.next = null;
    idleBytes -= SIZES[index];
    return memory.renew();
  }

  void giveBack(ReadMemory memory) {
    int index = indexOf(memory);
    if (index > 0) {
      largerBytes -= SIZES[index];
    }
    takenBytes -= SIZES[index];
    if (closed || idleBytes + SIZES[index] > idleBytesMax) {
      count--;
      memory.free();
      return;
    }
    idleBytes += SIZES[index];
    memory.next = idle[index];
    idle[index] = memory;
  }

  private static int indexOf(ReadMemory memory) {
    int index = 0;
    while (SIZES[index] != memory.capacity()) {
      index++;
    }
    return index;
  }

  /** How many pieces there are. Another thread sees what was true a moment ago. */
  int count() {
    return count;
  }

  /** Bytes in use. Another thread sees what was true a moment ago. */
  long takenBytes() {
    return takenBytes;
  }

  /** Bytes kept for the next taker. Another thread sees what was true a moment ago. */
  long idleBytes() {
    return idleBytes;
  }

  /** Frees what is idle now, and the rest as it comes back. */
  void close() {
    closed = true;
    for (int i = 0; i < SIZES.length; i++) {
      ReadMemory memory = idle[i];
      idle[i] = null;
      while (memory != null) {
        ReadMemory next = memory.next;
        memory.free();
        memory = next;
      }
    }
  }
}
