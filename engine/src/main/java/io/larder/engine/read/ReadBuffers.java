package io.larder.engine.read;

import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pooled buffers for one owner's reads, in sizes that are powers of two.
 *
 * <p><b>Threads.</b> Confined to the owner thread. The count of bytes lent is shared by all owners.
 */
public final class ReadBuffers {
  private static final int SMALLEST_SHIFT = 12;

  /** Buffers above this are made for one read and left to the garbage collector. */
  private static final int POOLED_BYTES_MAX = 1 << 20;

  /** Idle bytes kept, so that an owner's peak does not stay with it for ever. */
  private static final long IDLE_BYTES_MAX = 8 << 20;

  private final AtomicLong lentBytes;
  private long idleBytes;
  private final List<Deque<AlignedBuffer>> idle = new ArrayList<>();

  /**
   * An empty pool.
   *
   * @param lentBytes counts the bytes that are lent out, by every owner
   */
  public ReadBuffers(AtomicLong lentBytes) {
    this.lentBytes = lentBytes;
    for (int size = 1 << SMALLEST_SHIFT; size <= POOLED_BYTES_MAX; size *= 2) {
      idle.add(new ArrayDeque<>());
    }
  }

  /** Lends a buffer of at least {@code bytes}; its content is anything. */
  public AlignedBuffer take(int bytes) {
    int size = sizeFor(bytes);
    lentBytes.addAndGet(size);
    if (size > POOLED_BYTES_MAX) {
      return AlignedBuffer.allocate(Arena.ofAuto(), size);
    }
    AlignedBuffer buffer = idle.get(indexOf(size)).poll();
    if (buffer == null) {
      return AlignedBuffer.allocate(Arena.ofAuto(), size);
    }
    idleBytes -= size;
    return buffer;
  }

  /** Takes a lent buffer back. */
  public void give(AlignedBuffer buffer) {
    int size = buffer.capacityBytes();
    lentBytes.addAndGet(-size);
    if (size > POOLED_BYTES_MAX || idleBytes + size > IDLE_BYTES_MAX) {
      return;
    }
    idleBytes += size;
    idle.get(indexOf(size)).push(buffer);
  }

  /** Bytes that a buffer for {@code bytes} takes. */
  public static int sizeFor(int bytes) {
    int smallest = 1 << SMALLEST_SHIFT;
    return bytes <= smallest ? smallest : Integer.highestOneBit(bytes - 1) << 1;
  }

  private static int indexOf(int size) {
    return Integer.numberOfTrailingZeros(size) - SMALLEST_SHIFT;
  }
}
