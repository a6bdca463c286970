package io.larder.tests.simulation;

import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.world.Scenario;
import io.larder.tests.simulation.world.World;
import org.jspecify.annotations.Nullable;

/** Runs the world of one seed from its beginning to its end. */
public final class Simulation {
  private Simulation() {}

  /**
   * How a run ended.
   *
   * @param traceHash the same for every run of the same seed by the same code
   * @param failure what must never happen and did, or null
   */
  public record Result(
      long seed, Tally tally, long traceHash, long eventCount, @Nullable Throwable failure) {

    /** Whether everything was as it must be. */
    public boolean passed() {
      return failure == null;
    }
  }

  /** Runs a seed. */
  public static Result run(long seed) {
    return run(Scenario.of(seed), Trace.silent());
  }

  /** Runs a scenario and notes what happens. */
  public static Result run(Scenario scenario, Trace trace) {
    Tally tally = new Tally();
    Throwable failure = null;
    try (World world = new World(scenario, tally, trace)) {
      world.operate(scenario.operationCount());
      world.end();
    } catch (RuntimeException | AssertionError e) {
      // Whatever the engine throws here it throws in production too: no fault explains it.
      failure = e;
    }
    return new Result(scenario.seed(), tally, trace.hash(), trace.eventCount(), failure);
  }
}
