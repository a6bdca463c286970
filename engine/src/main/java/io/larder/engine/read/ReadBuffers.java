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


  private final Arena arena;
  private final AtomicLong lentBytes;
  private final List<Deque<AlignedBuffer>> idle = new ArrayList<>();

  /**
   * An empty pool whose buffers live as long as {@code arena}.
   *
   * @param lentBytes counts the bytes that are lent out, by every owner
   */
  public ReadBuffers(Arena arena, AtomicLong lentBytes) {
    this.arena = arena;
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
    return buffer != null ? buffer : AlignedBuffer.allocate(arena, size);
  }

  /** Takes a lent buffer back. */
  public void give(AlignedBuffer buffer) {
    int size = buffer.capacityBytes();
    lentBytes.addAndGet(-size);
    if (size > POOLED_BYTES_MAX) {
      return;
    }
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
