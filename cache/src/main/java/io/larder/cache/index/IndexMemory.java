package io.larder.cache.index;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all shards' tables: slabs, handed out in chunks of 4 KiB that are never given back.
 *
 * <p>An address is a number over all slabs; words are 8 bytes.
 *
 * <p><b>Threads.</b> Chunks are taken by any thread, under this monitor, the last but one in the
 * cache's lock order. Words are guarded by the lock of the shard whose chunk they are in.
 */
final class IndexMemory {
  static final int CHUNK_BYTES = 4096;

  private final int slabShift;
  private final long slabMask;
  private final Supplier<@Nullable MemorySegment> source;

  /** Grows by replacement; a reader that holds an address reads an array that has its slab. */
  private volatile MemorySegment[] slabs = new MemorySegment[0];

  @GuardedBy("this")
  private long nextChunk;

  @GuardedBy("this")
  private long endOfSlabs;

  @GuardedBy("this")
  private long ghostBytes;

  /** A multiple of a chunk when the last chunk for ghosts is used up. */
  @GuardedBy("this")
  private long nextGhostPiece;

  /**
   * Nothing allocated yet.
   *
   * @param slabBytes a power of two
   * @param source gives zeroed slabs, or null when there are no more
   */
  IndexMemory(int slabBytes, Supplier<@Nullable MemorySegment> source) {
    this.slabShift = Integer.numberOfTrailingZeros(slabBytes);
    this.slabMask = slabBytes - 1L;
    this.source = source;
  }

  /**
   * The address of {@link Ghost#PIECE_BYTES} zeroed bytes, or -1 when there is no memory for them.
   */
  synchronized long takeGhostPiece() {
    if (nextGhostPiece % CHUNK_BYTES == 0) {
      long chunk = takeChunk();
      if (chunk < 0) {
        return -1;
      }
      nextGhostPiece = chunk;
      ghostBytes += CHUNK_BYTES;
    }
    long piece = nextGhostPiece;
    nextGhostPiece += Ghost.PIECE_BYTES;
    return piece;
  }

  /** Bytes of the chunks that ghosts have taken. */
  synchronized long ghostBytes() {
    return ghostBytes;
  }

  /** The address of a zeroed chunk, or -1 when there is no memory for it. */
  synchronized long takeChunk() {
    if (nextChunk == endOfSlabs) {
      MemorySegment slab = source.get();
      if (slab == null) {
        return -1;
      }
      MemorySegment[] more = Arrays.copyOf(slabs, slabs.length + 1);
      more[slabs.length] = slab;
      slabs = more;
      endOfSlabs = (long) more.length << slabShift;
    }
    long chunk = nextChunk;
    nextChunk += CHUNK_BYTES;
    return chunk;
  }

  /** The slab of an address: whoever goes through many words of one chunk asks for it once. */
  MemorySegment slab(long address) {
    return slabs[(int) (address >>> slabShift)];
  }

  /** Where in its slab an address is. */
  long offset(long address) {
    return address & slabMask;
  }

  /** Whether there is such an address; for who reads without a shard's lock. */
  boolean has(long address) {
    return address >>> slabShift < slabs.length;
  }

  long get(long address) {
    return slabs[(int) (address >>> slabShift)].get(ValueLayout.JAVA_LONG, address & slabMask);
  }

  void set(long address, long word) {
    slabs[(int) (address >>> slabShift)].set(ValueLayout.JAVA_LONG, address & slabMask, word);
  }

  int getInt(long address) {
    return slabs[(int) (address >>> slabShift)].get(ValueLayout.JAVA_INT, address & slabMask);
  }

  void setInt(long address, int word) {
    slabs[(int) (address >>> slabShift)].set(ValueLayout.JAVA_INT, address & slabMask, word);
  }
}
