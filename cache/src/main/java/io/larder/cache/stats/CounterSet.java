package io.larder.cache.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One writer's share of the cache's counters.
 *
 * <p><b>Threads.</b> One thread adds, any thread reads.
 */
public final class CounterSet {
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counts = new long[CacheCounter.values().length];

  public void increment(CacheCounter counter) {
    add(counter, 1);
  }

  public void add(CacheCounter counter, long amount) {
    int at = counter.ordinal();
    COUNTS.setOpaque(counts, at, counts[at] + amount);
  }

  public long get(CacheCounter counter) {
    return (long) COUNTS.getOpaque(counts, counter.ordinal());
  }
}
