package io.larder.protocol.input;

import io.larder.protocol.input.InputPool.Block;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one connection that could not be used yet, in the order they came.
 *
 * <p>Holds no memory while it is empty; grows with what has arrived, not with what is announced.
 *
 * <p><b>Threads.</b> Confined to the loop of its pool.
 */
public final class InputBuffer {
  private final InputPool pool;
  private @Nullable Block block;
  private long start;
  private long end;

  public InputBuffer(InputPool pool) {
    this.pool = pool;
  }

  public boolean isEmpty() {
    return start == end;
  }

  public long length() {
    return end - start;
  }

  /** Where the bytes lie; {@link #start} to {@link #end} of it. */
  public MemorySegment memory() {
    Block held = block;
    return held == null ? MemorySegment.NULL : held.memory;
  }

  public long start() {
    return start;
  }

  public long end() {
    return end;
  }

  /**
   * Adds bytes behind those there are.
   *
   * @param expectedLength how long the whole may become, so that growth need not overshoot
   * @param needed whether they must be kept even beyond the budget
   * @return false, and nothing is added, if the budget refuses
   */
  public boolean append(
      MemorySegment source, long offset, long length, long expectedLength, boolean needed) {
    if (length == 0) {
      return true;
    }
    if (!makeRoom(length, expectedLength, needed)) {
      return false;
    }
    MemorySegment.copy(source, offset, memory(), end, length);
    end += length;
    return true;
  }

  /** Lets go of everything before {@code position}. */
  public void consumeTo(long position) {
    start = position;
    if (start == end) {
      clear();
    }
  }

  /** Lets go of everything. */
  public void clear() {
    Block held = block;
    block = null;
    start = 0;
    end = 0;
    if (held != null) {
      pool.giveBack(held);
    }
  }

  private boolean makeRoom(long length, long expectedLength, boolean needed) {
    Block held = block;
    long whole = end - start + length;
    if (held != null && end + length <= held.memory.byteSize()) {
      return true;
    }
    if (held != null && whole <= held.memory.byteSize() / 2) {
      MemorySegment.copy(held.memory, start, held.memory, 0, end - start);
      end -= start;
      start = 0;
      return true;
    }
    long doubled = held == null ? whole : Math.max(whole, 2 * held.memory.byteSize());
    Block larger = pool.take(Math.max(whole, Math.min(doubled, expectedLength)), needed);
    if (larger == null) {
      return false;
    }
    if (held != null) {
      MemorySegment.copy(held.memory, start, larger.memory, 0, end - start);
      pool.giveBack(held);
    }
    block = larger;
    end -= start;
    start = 0;
    return true;
  }
}
