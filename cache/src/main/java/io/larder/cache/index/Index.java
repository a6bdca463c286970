package io.larder.cache.index;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where every item is: slots in shards, by the hash of the key.
 *
 * <p><b>Threads.</b> Immutable but for its shards, each with a lock of its own.
 */
public final class Index {
  /** Enough locks that two busy threads seldom meet, few enough that a small index fits. */
  private static final int SHARD_BITS = 6;

  /** How many shards there are. */
  public static final int SHARD_COUNT = 1 << SHARD_BITS;

  private static final int FIRST_LEVEL_BITS_MIN = 5;

  private static final int BUCKET_ITEMS = 12;

  private static final int NEIGHBOURHOOD_BITS = 17;

  private final IndexMemory memory;
  private final int firstLevelBits;
  private final List<Shard> shards;
  private final GhostClock ghostClock = new GhostClock();

  /**
   * An empty index.
   *
   * @param slabBytes bytes of what {@code source} gives, a power of two
   * @param source gives zeroed memory, or null when there is no more
   * @param expectedItems what the first tables are made for
   * @param placeOfSegments places from here on are segments
   */
  public Index(
      int slabBytes,
      Supplier<@Nullable MemorySegment> source,
      long expectedItems,
      int placeOfSegments) {
    this.memory = new IndexMemory(slabBytes, source);
    int bits = firstLevelBits(expectedItems);
    this.firstLevelBits = bits;
    List<Shard> made = new ArrayList<>();
    for (int i = 0; i < SHARD_COUNT; i++) {
      made.add(new Shard(memory, ghostClock, SHARD_BITS, bits, placeOfSegments));
    }
    shards = List.copyOf(made);
  }

  private static int firstLevelBits(long expectedItems) {
    long buckets = Math.max(1, expectedItems / SHARD_COUNT / BUCKET_ITEMS);
    int bits = 63 - Long.numberOfLeadingZeros(buckets);
    return Math.max(FIRST_LEVEL_BITS_MIN, bits);
  }

  /** Bytes that the first tables take for {@code expectedItems}. */
  public static long firstTableBytes(long expectedItems) {
    return (long) SHARD_COUNT * (128L << firstLevelBits(expectedItems));
  }

  /** The shard of a key. */
  public Shard shardOf(long hash) {
    return shards.get((int) hash & (SHARD_COUNT - 1));
  }

  /**
   * Which part of the table a key's bucket is in, from 0 to 2^17 - 1: keys of one part are near
   * each other in memory.
   */
  public int neighbourhood(long hash) {
    int bits = NEIGHBOURHOOD_BITS - SHARD_BITS;
    int bucket = (int) (hash >>> SHARD_BITS) & ((1 << firstLevelBits) - 1);
    int part = firstLevelBits > bits ? bucket >>> (firstLevelBits - bits) : bucket;
    return ((int) hash & (SHARD_COUNT - 1)) << bits | part;
  }

  /**
   * Sets how many departed keys are remembered, by how many items there are. Takes every shard's
   * lock in turn.
   */
  public void sizeGhost() {
    long count = 0;
    long flashCount = 0;
    for (Shard shard : shards) {
      synchronized (shard) {
        count += shard.itemCount();
        flashCount += shard.flashItemCount();
      }
    }
    ghostClock.remember(count - flashCount, flashCount);
  }

  /** Bytes that remember departed keys. */
  public long ghostBytes() {
    return memory.ghostBytes();
  }

  /** All of them, for counting and for the rare scan. */
  public List<Shard> shards() {
    return shards;
  }
}
