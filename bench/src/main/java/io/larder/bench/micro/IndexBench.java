package io.larder.bench.micro;

import io.larder.cache.index.Index;
import io.larder.cache.index.Shard;
import io.larder.cache.index.Slot;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A slot found, and one replaced by another, in an index that is larger than the caches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IndexBench implements AutoCloseable {
  private static final int SLAB_BYTES = 4 << 20;
  private static final int PLACE_OF_SEGMENTS = 4096;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  @Param({"100000", "4000000"})
  int itemCount;

  private final Arena arena = Arena.ofShared();
  private final Index index =
      new Index(SLAB_BYTES, () -> arena.allocate(SLAB_BYTES), 1, PLACE_OF_SEGMENTS);
  private int next;
  private int oldest;
  private int newest;

  /** Fills the index. */
  @Setup
  public void fill() {
    while (newest < itemCount) {
      insert(newest++);
    }
  }

  /** Found by its tag; the shard is locked, as it always is. */
  @Benchmark
  public long lookup() {
    next = next + 7919;
    if (next >= newest) {
      next = oldest + next % itemCount;
    }
    long hash = hash(next);
    Shard shard = index.shardOf(hash);
    synchronized (shard) {
      return shard.get(shard.first(hash));
    }
  }

  /** The oldest item goes and a new one comes, so that the index stays as large as it is. */
  @Benchmark
  public void replace() {
    long hash = hash(oldest++);
    Shard shard = index.shardOf(hash);
    synchronized (shard) {
      shard.remove(shard.first(hash));
    }
    insert(newest++);
  }

  private void insert(int number) {
    long hash = hash(number);
    Shard shard = index.shardOf(hash);
    synchronized (shard) {
      if (!shard.insert(hash, Slot.of(shard.tag(hash), 0, 1, number & 4095, 1 + (number >>> 12)))) {
        throw new IllegalStateException("no memory for item " + number);
      }
    }
  }

  private static long hash(int number) {
    long bits = (number + 1) * SPREAD;
    return (bits ^ (bits >>> 32)) * SPREAD;
  }

  @Override
  @TearDown
  public void close() {
    arena.close();
  }
}
