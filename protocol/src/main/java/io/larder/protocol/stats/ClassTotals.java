package io.larder.protocol.stats;

import io.larder.cache.stats.SlabClasses;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What is counted by {@linkplain SlabClasses size class}, at one moment.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class ClassTotals {
  /** Nothing has been counted. */
  public static final ClassTotals NONE = of(List.of());

  private final Map<ProtocolCounter, long[]> counts;

  private ClassTotals(Map<ProtocolCounter, long[]> counts) {
    this.counts = counts;
  }

  /** The sums of what these have counted. */
  public static ClassTotals of(List<CounterSet> sets) {
    Map<ProtocolCounter, long[]> counts = new EnumMap<>(ProtocolCounter.class);
    for (ProtocolCounter counter : ProtocolCounter.values()) {
      if (counter.isByClass()) {
        long[] sums = new long[SlabClasses.LAST + 1];
        for (int i = SlabClasses.FIRST; i <= SlabClasses.LAST; i++) {
          for (CounterSet set : sets) {
            sums[i] += set.get(counter, i);
          }
        }
        counts.put(counter, sums);
      }
    }
    return new ClassTotals(counts);
  }

  /** What was counted since these. */
  public ClassTotals since(ClassTotals earlier) {
    Map<ProtocolCounter, long[]> since = new EnumMap<>(ProtocolCounter.class);
    counts.forEach((counter, sums) -> {
      long[] differences = sums.clone();
      for (int i = SlabClasses.FIRST; i <= SlabClasses.LAST; i++) {
        differences[i] -= earlier.get(counter, i);
      }
      since.put(counter, differences);
    });
    return new ClassTotals(since);
  }

  /** What was counted in one class; {@code counter} is one that is counted so. */
  public long get(ProtocolCounter counter, int slabClass) {
    long[] sums = counts.get(counter);
    if (sums == null) {
      throw new IllegalArgumentException(counter + " is not counted by class");
    }
    return sums[slabClass];
  }

  /** Whether anything was counted in a class. */
  public boolean hasAnyOf(int slabClass) {
    return counts.values().stream().anyMatch(sums -> sums[slabClass] != 0);
  }
}
