package io.larder.engine.reclaim;

import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;

/**
 * The memory that a step of background work reads into: it grows to the largest need and stays.
 *
 * <p><b>Threads.</b> Confined to one step.
 */
public final class ReclaimBuffers {
  private AlignedBuffer directory = AlignedBuffer.allocate(Arena.ofAuto(), 64 * 1024);
  private AlignedBuffer window = AlignedBuffer.allocate(Arena.ofAuto(), 1 << 20);

  /** At least so many bytes for a directory. */
  public AlignedBuffer directory(int bytes) {
    if (directory.capacityBytes() < bytes) {
      directory =
          AlignedBuffer.allocate(Arena.ofAuto(), Math.max(bytes, 2 * directory.capacityBytes()));
    }
    return directory;
  }

  /** At least so many bytes for records. */
  public AlignedBuffer window(int bytes) {
    if (window.capacityBytes() < bytes) {
      window = AlignedBuffer.allocate(Arena.ofAuto(), bytes);
    }
    return window;
  }

  /** Bytes of memory in use. */
  public long allocatedBytes() {
    return (long) directory.capacityBytes() + window.capacityBytes();
  }
}
