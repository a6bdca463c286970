package io.larder.protocol.input;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory for input that waits, in powers of two from {@link #BLOCK_BYTES_MIN}.
 *
 * <p>What is given back is kept for the next taker, up to a limit; the rest is freed at once.
 *
 * <p><b>Threads.</b> Confined to the loop that owns it, which is the thread of its first use.
 */
public final class InputPool {
  /** The smallest block; a connection that keeps a partial line keeps one of these. */
  public static final int BLOCK_BYTES_MIN = 4096;

  private static final int CLASSES = 20;

  private final InputBudget budget;
  private final long retainedBytesMax;
  private final @Nullable Block[] idle = new @Nullable Block[CLASSES];
  private long retainedBytes;

  public InputPool(InputBudget budget, long retainedBytesMax) {
    this.budget = budget;
    this.retainedBytesMax = retainedBytesMax;
  }

  /** One stretch of memory, somebody's until it is given back. */
  static final class Block {
    private final Arena arena = Arena.ofConfined();
    private final int sizeClass;
    private @Nullable Block next;
    final MemorySegment memory;

    Block(int sizeClass) {
      this.sizeClass = sizeClass;
      this.memory = arena.allocate(sizeOf(sizeClass), Long.BYTES);
    }
  }

  /**
   * Takes a block of at least {@code bytes}.
   *
   * @param needed whether it must be had even beyond the budget
   * @return null if the budget refuses
   */
  @Nullable Block take(long bytes, boolean needed) {
    int sizeClass = classOf(bytes);
    long size = sizeOf(sizeClass);
    if (needed || size <= BLOCK_BYTES_MIN) {
      budget.take(size);
    } else if (!budget.tryTake(size)) {
      return null;
    }
    Block block = idle[sizeClass];
    if (block == null) {
      return new Block(sizeClass);
    }
    idle[sizeClass] = block.next;
    block.next = null;
    retainedBytes -= size;
    return block;
  }

  void giveBack(Block block) {
    long size = sizeOf(block.sizeClass);
    budget.giveBack(size);
    if (retainedBytes + size > retainedBytesMax) {
      block.arena.close();
      return;
    }
    retainedBytes += size;
    block.next = idle[block.sizeClass];
    idle[block.sizeClass] = block;
  }

  private static int classOf(long bytes) {
    if (bytes <= BLOCK_BYTES_MIN) {
      return 0;
    }
    return Long.SIZE
        - Long.numberOfLeadingZeros(bytes - 1)
        - Integer.numberOfTrailingZeros(BLOCK_BYTES_MIN);
  }

  private static long sizeOf(int sizeClass) {
    return (long) BLOCK_BYTES_MIN << sizeClass;
  }
}
