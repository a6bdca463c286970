package io.larder.cache.ram;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Zeroed off-heap memory that goes back to the system as one piece. */
final class OwnMemory implements AutoCloseable {
  private static final int ALIGNMENT_BYTES = 4096;

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
