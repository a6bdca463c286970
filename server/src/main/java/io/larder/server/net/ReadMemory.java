package io.larder.server.net;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What a socket is read into: Netty's buffer and the protocol's memory in one.
 *
 * <p>Taken from a {@link ReadPool}; the last release brings it back there.
 *
 * <p><b>Threads.</b> Confined to the loop of its pool.
 */
final class ReadMemory extends UnpooledDirectByteBuf {
  private final Arena arena;
  private final MemorySegment segment;
  private final ReadPool pool;
  @Nullable ReadMemory next;

  private ReadMemory(ReadPool pool, Arena arena, MemorySegment segment) {
    super(UnpooledByteBufAllocator.DEFAULT, segment.asByteBuffer(), (int) segment.byteSize());
    this.pool = pool;
    this.arena = arena;
    this.segment = segment;
  }

  /** New memory that belongs to {@code pool}. */
  @SuppressWarnings("MustBeClosedChecker") // Closed by free, when the pool has no use for it.
  static ReadMemory allocate(ReadPool pool, int bytes) {
    Arena arena = Arena.ofConfined();
    return new ReadMemory(pool, arena, arena.allocate(bytes, Long.BYTES));
  }

  /** The memory behind the buffer. */
  MemorySegment segment() {
    return segment;
  }

  /** Makes it empty, with one holder. */
  ReadMemory renew() {
    if (refCnt() == 0) {
      resetRefCnt();
    }
    clear();
    return this;
  }

  void free() {
    arena.close();
  }

  @Override
  public boolean hasMemoryAddress() {
    return true;
  }

  @Override
  public long memoryAddress() {
    return segment.address();
  }

  @Override
  protected void deallocate() {
    pool.giveBack(this);
  }
}
