package io.larder.engine.restart;

import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import java.util.function.LongSupplier;

/**
 * Work that rests twice as long as it has worked, for as long as there are requests: whoever is
 * served meanwhile has two thirds of its thread's processor.
 *
 * <p><b>Threads.</b> One at a time, as every step.
 */
public final class CourteousStep implements Step {
  /** Long beside what it takes to go to sleep, short beside what a client notices. */
  static final long TURN_NANOS = 1_000_000;

  /** What takes longer has waited for a device, and kept nobody from a processor. */
  static final long WORKED_NANOS_MAX = 10_000_000;

  /**
   * Measured on two cores, two such threads beside one event loop and its clients: with 1 the
   * clients got 43 to 52 % of their usual rate in the first seconds of a process, without rests 12.
   */
  static final int REST_PER_WORK = 2;

  private final Step work;
  private final LongSupplier requestCount;
  private final Clock clock;
  private long requestsBefore;
  private long workedNanos;

  /** Does {@code work}; {@code requestCount} grows with every request or so. */
  public CourteousStep(Step work, LongSupplier requestCount, Clock clock) {
    this.work = work;
    this.requestCount = requestCount;
    this.clock = clock;
    this.requestsBefore = requestCount.getAsLong();
  }

  @Override
  public long run() {
    long start = clock.nanos();
    long pause = work.run();
    workedNanos += clock.nanos() - start;
    if (pause != AT_ONCE || workedNanos < TURN_NANOS) {
      return pause;
    }
    long worked = Math.min(workedNanos, WORKED_NANOS_MAX);
    workedNanos = 0;
    long requests = requestCount.getAsLong();
    boolean hasAnybodyAsked = requests != requestsBefore;
    requestsBefore = requests;
    return hasAnybodyAsked ? REST_PER_WORK * worked : AT_ONCE;
  }
}
