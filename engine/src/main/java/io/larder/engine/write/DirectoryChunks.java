package io.larder.engine.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Pooled memory for the directories of open pages.
 *
 * <p><b>Threads.</b> Any; last in the engine's lock order.
 */
public final class DirectoryChunks {
  /** Bytes of one chunk: 4096 entries, so that a page of large records costs one. */
  static final int CHUNK_BYTES = 64 * 1024;

  private final Arena arena;

  @GuardedBy("this")
  private final Deque<AlignedBuffer> idle = new ArrayDeque<>();

  @GuardedBy("this")
  private int allocatedCount;

  /** Chunks that live as long as the arena. */
  public DirectoryChunks(Arena arena) {
    this.arena = arena;
  }

  synchronized AlignedBuffer take() {
    AlignedBuffer chunk = idle.poll();
    if (chunk == null) {
      chunk = AlignedBuffer.allocate(arena, CHUNK_BYTES);
      allocatedCount++;
    }
    return chunk;
  }

  synchronized void give(AlignedBuffer chunk) {
    idle.push(chunk);
  }

  /** Bytes allocated so far. */
  public synchronized long allocatedBytes() {
    return (long) allocatedCount * CHUNK_BYTES;
  }

  /** Chunks that nobody holds, of those allocated. */
  public synchronized int idleCount() {
    return idle.size();
  }

  /** Chunks allocated so far. */
  public synchronized int allocatedCount() {
    return allocatedCount;
  }
}
