package io.larder.cache.model;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Keys that will be asked for presently, as it seems: a client has sent several reads at once.
 *
 * <p><b>Threads.</b> Confined to whoever fills it; the keys stay where they are while somebody is
 * told of them.
 */
public final class ForeseenKeys {
  /** Enough that the processor is never idle, few enough that the first is still in its cache. */
  public static final int COUNT_MAX = 32;

  private final long[] offsets = new long[COUNT_MAX];
  private final int[] lengths = new int[COUNT_MAX];
  private MemorySegment memory = MemorySegment.NULL;
  private int count;

  /** Begins anew, with keys in {@code memory}. */
  public void clear(MemorySegment ofKeys) {
    memory = ofKeys;
    count = 0;
  }

  /** Adds a key by its place in the memory, in bytes. */
  public void add(long offset, int length) {
    offsets[count] = offset;
    lengths[count] = length;
    count++;
  }

  public boolean isFull() {
    return count == COUNT_MAX;
  }

  public int count() {
    return count;
  }

  public MemorySegment memory() {
    return memory;
  }

  /** Where a key begins, in bytes. */
  public long offset(int index) {
    return offsets[Objects.checkIndex(index, count)];
  }

  /** Bytes of a key. */
  public int length(int index) {
    return lengths[Objects.checkIndex(index, count)];
  }
}
