package io.larder.protocol.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One number for each {@link ProtocolCounter}.
 *
 * <p><b>Threads.</b> Written by one thread, read by any: a reader sees each number whole and
 * somewhat late.
 */
public final class CounterSet {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int COUNTERS = ProtocolCounter.values().length;

  /** Keeps the numbers away from what other loops write. */
  private static final int PADDING = 8;

  private final long[] cells = new long[PADDING + COUNTERS + PADDING];

  private @Nullable PrefixStats prefixes;

  /** What counts by key prefix, too; null while nobody wants that. Only for the owner thread. */
  public @Nullable PrefixStats prefixes() {
    return prefixes;
  }

  /** Has {@code wanted} count by key prefix from now on. Only by the owner thread. */
  public void countPrefixes(@Nullable PrefixStats wanted) {
    prefixes = wanted;
  }

  /** Adds one. Only by the owner thread. */
  public void increment(ProtocolCounter counter) {
    add(counter, 1);
  }

  /** Adds {@code amount}. Only by the owner thread. */
  public void add(ProtocolCounter counter, long amount) {
    int cell = cell(counter);
    CELL.setOpaque(cells, cell, (long) CELL.getOpaque(cells, cell) + amount);
  }

  public long get(ProtocolCounter counter) {
    return (long) CELL.getOpaque(cells, cell(counter));
  }

  @SuppressWarnings("EnumOrdinal") // an array instead of a map, and never stored
  private static int cell(ProtocolCounter counter) {
    return PADDING + counter.ordinal();
  }
}
