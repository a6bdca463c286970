package io.larder.engine.stats;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * The counters of a store.
 *
 * <p><b>Threads.</b> Any.
 */
public final class EngineStats {
  private final LongAdder[] adders =
      Stream.generate(LongAdder::new)
          .limit(EngineCounter.values().length)
          .toArray(LongAdder[]::new);

  public void add(EngineCounter counter, long amount) {
    adders[counter.ordinal()].add(amount);
  }

  public void increment(EngineCounter counter) {
    add(counter, 1);
  }

  /** The counter now. */
  public long get(EngineCounter counter) {
    return adders[counter.ordinal()].sum();
  }

  /** Starts all of them at 0 again. */
  public void reset() {
    for (LongAdder adder : adders) {
      adder.reset();
    }
  }
}
