package io.larder.protocol.stats;

import io.larder.cache.stats.SlabClasses;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One number for each {@link ProtocolCounter}, or one for each size class.
 *
 * <p><b>Threads.</b> Written by one thread, read by any: a reader sees each number whole and
 * somewhat late.
 */
public final class CounterSet {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** Each counter has a cell for every class, if it is counted so, or one. */
  private static final int[] FIRST_CELLS = firstCells();

  private static final int CELL_COUNT = FIRST_CELLS[ProtocolCounter.values().length];

  /** Keeps the numbers away from what other loops write. */
  private static final int PADDING = 8;

  private final long[] cells = new long[PADDING + CELL_COUNT + PADDING];

  private @Nullable PrefixStats prefixes;

  /** What counts by key prefix, too; null while nobody wants that. Only for the owner thread. */
  public @Nullable PrefixStats prefixes() {
    return prefixes;
  }

  /** Has {@code wanted} count by key prefix from now on. Only by the owner thread. */
  public void countPrefixes(@Nullable PrefixStats wanted) {
    prefixes = wanted;
  }

  private static int[] firstCells() {
    ProtocolCounter[] counters = ProtocolCounter.values();
    int[] cells = new int[counters.length + 1];
    for (int i = 0; i < counters.length; i++) {
      cells[i + 1] = cells[i] + (counters[i].isByClass() ? SlabClasses.LAST + 1 : 1);
    }
    return cells;
  }

  /** Adds one to what is not counted by class. Only by the owner thread. */
  public void increment(ProtocolCounter counter) {
    add(counter, 1);
  }

  /** Adds {@code amount} to what is not counted by class. Only by the owner thread. */
  public void add(ProtocolCounter counter, long amount) {
    assert !counter.isByClass() : counter;
    addToCell(firstCell(counter), amount);
  }

  /** Adds one to what is counted by class. Only by the owner thread. */
  public void increment(ProtocolCounter counter, int slabClass) {
    assert counter.isByClass() && slabClass >= SlabClasses.FIRST && slabClass <= SlabClasses.LAST
        : counter + " in class " + slabClass;
    addToCell(firstCell(counter) + slabClass, 1);
  }

  private void addToCell(int cell, long amount) {
    CELL.setOpaque(cells, cell, (long) CELL.getOpaque(cells, cell) + amount);
  }

  /** What was counted, in all classes together. */
  public long get(ProtocolCounter counter) {
    long sum = 0;
    for (int cell = firstCell(counter);
        cell < PADDING + FIRST_CELLS[counter.ordinal() + 1];
        cell++) {
      sum += (long) CELL.getOpaque(cells, cell);
    }
    return sum;
  }

  /** What was counted in one class. */
  public long get(ProtocolCounter counter, int slabClass) {
    return (long) CELL.getOpaque(cells, firstCell(counter) + slabClass);
  }

  private static int firstCell(ProtocolCounter counter) {
    return PADDING + FIRST_CELLS[counter.ordinal()];
  }
}
