package io.larder.cache.ram;

import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Zeroed off-heap memory that goes back to the system as one piece. */
final class OwnMemory implements AutoCloseable {
  /** That of every device's blocks. */
  static final int BLOCK_ALIGNMENT = AlignedBuffer.ALIGNMENT_BYTES;

  /** What the C library gives without adding to the size. */
  static final int WORD_ALIGNMENT = Long.BYTES;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  OwnMemory(long bytes, int alignmentBytes) {
    memory = arena.allocate(bytes, alignmentBytes);
  }

  MemorySegment memory() {
    return memory;
  }

  @Override
  public void close() {
    arena.close();
  }
}
