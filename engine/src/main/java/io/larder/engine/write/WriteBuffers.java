package io.larder.engine.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The write buffers of a store: a fixed number, allocated when first needed and used again.
 *
 * <p><b>Threads.</b> Any; last in the engine's lock order.
 */
public final class WriteBuffers {
  private final Arena arena;
  private final int bufferBytes;
  private final int countMax;

  @GuardedBy("this")
  private final Deque<AlignedBuffer> idle = new ArrayDeque<>();

  @GuardedBy("this")
  private int allocatedCount;

  @GuardedBy("this")
  private long takenCount;

  /** Buffers of {@code bufferBytes}, at most {@code countMax}, that live as long as the arena. */
  public WriteBuffers(Arena arena, int bufferBytes, int countMax) {
    this.arena = arena;
    this.bufferBytes = bufferBytes;
    this.countMax = countMax;
  }

  /** Takes a buffer whose bytes are anything, or null when all are in use. */
  synchronized @Nullable AlignedBuffer take() {
    AlignedBuffer buffer = idle.poll();
    if (buffer == null && allocatedCount < countMax) {
      buffer = AlignedBuffer.allocate(arena, bufferBytes);
      allocatedCount++;
    }
    if (buffer != null) {
      takenCount++;
    }
    return buffer;
  }

  /** As {@link #take}, but null as well when less than half of them would be left. */
  synchronized @Nullable AlignedBuffer takeSpare() {
    int takenAfter = allocatedCount - idle.size() + 1;
    return takenAfter <= countMax / 2 ? take() : null;
  }

  /** How often a buffer has been taken; what was taken earlier has the lower number. */
  synchronized long takenCount() {
    return takenCount;
  }

  /** Whether nobody can have one before somebody gives one back. */
  public synchronized boolean areAllTaken() {
    return idle.isEmpty() && allocatedCount == countMax;
  }

  synchronized void give(AlignedBuffer buffer) {
    idle.push(buffer);
  }

  /** Bytes of one buffer. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** Bytes allocated so far. */
  public synchronized long allocatedBytes() {
    return (long) allocatedCount * bufferBytes;
  }

  /** Buffers that nobody holds, of those allocated. */
  public synchronized int idleCount() {
    return idle.size();
  }

  /** Buffers allocated so far. */
  public synchronized int allocatedCount() {
    return allocatedCount;
  }
}
