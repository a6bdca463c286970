package io.larder.engine.read;

import io.larder.platform.memory.AlignedBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pooled buffers for one owner's reads: small ones in sizes that are powers of two, large ones made
 * for one read and given back to the system after it.
 *
 * <p><b>Threads.</b> Confined to the owner thread. The count of bytes lent is shared by all owners.
 */
public final class ReadBuffers implements AutoCloseable {
  private static final int SMALLEST_SHIFT = 12;
  private static final int POOLED_BYTES_MAX = 256 * 1024;

  /** Idle bytes kept, so that an owner's peak does not stay with it for ever. */
  private static final long IDLE_BYTES_MAX = 4 << 20;

  private final AtomicLong lentBytes;
  private final ReadsUnderWay underWay = new ReadsUnderWay();
  private final List<Deque<AlignedBuffer>> idle = new ArrayList<>();
  private long idleBytes;

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
    AlignedBuffer buffer = size > POOLED_BYTES_MAX ? null : idle.get(indexOf(size)).poll();
    if (buffer == null) {
      return AlignedBuffer.allocateOwn(size);
    }
    idleBytes -= size;
    return buffer;
  }

  /** Takes a lent buffer back. */
  public void give(AlignedBuffer buffer) {
    int size = buffer.capacityBytes();
    lentBytes.addAndGet(-size);
    if (size > POOLED_BYTES_MAX || idleBytes + size > IDLE_BYTES_MAX) {
      buffer.free();
      return;
    }
    idleBytes += size;
    idle.get(indexOf(size)).push(buffer);
  }

  /** The reads of this owner that a device is at. */
  ReadsUnderWay underWay() {
    return underWay;
  }

  /** Bytes that a buffer for {@code bytes} takes. */
  static int sizeFor(int bytes) {
    int smallest = 1 << SMALLEST_SHIFT;
    if (bytes <= smallest) {
      return smallest;
    }
    return bytes > POOLED_BYTES_MAX
        ? (bytes + smallest - 1) & -smallest
        : Integer.highestOneBit(bytes - 1) << 1;
  }

  private static int indexOf(int size) {
    return Integer.numberOfTrailingZeros(size) - SMALLEST_SHIFT;
  }

  /** Frees what is idle. Nothing is lent any more. */
  @Override
  public void close() {
    for (Deque<AlignedBuffer> buffers : idle) {
      buffers.forEach(AlignedBuffer::free);
      buffers.clear();
    }
    idleBytes = 0;
  }
}
