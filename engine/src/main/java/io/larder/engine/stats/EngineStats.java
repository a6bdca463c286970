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

  /**
   * Bytes written to devices for each byte of a record that came from outside, which rescues do
   * not; 0 before there was one. Less than 1 while records are still in write buffers.
   */
  public double writeAmplification() {
    long given = get(EngineCounter.UNPADDED_BYTES_WRITTEN) - get(EngineCounter.BYTES_RESCUED);
    return given <= 0 ? 0 : (double) get(EngineCounter.DEVICE_BYTES_WRITTEN) / given;
  }

  /** Starts all of them at 0 again. */
  public void reset() {
    for (LongAdder adder : adders) {
      adder.reset();
    }
  }
}
