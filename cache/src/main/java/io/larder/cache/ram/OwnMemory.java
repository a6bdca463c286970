package io.larder.cache.ram;

import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Zeroed off-heap memory that goes back to the system as one piece. */
final class OwnMemory implements AutoCloseable {
  /** That of every device's blocks. */
  static final int ALIGNMENT_BYTES = AlignedBuffer.ALIGNMENT_BYTES;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  OwnMemory(long bytes) {
    memory = arena.allocate(bytes, ALIGNMENT_BYTES);
  }

  MemorySegment memory() {
    return memory;
  }

  @Override
  public void close() {
    arena.close();
  }
}
