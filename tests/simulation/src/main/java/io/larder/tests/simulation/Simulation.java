package io.larder.tests.simulation;

import io.larder.tests.simulation.cacheworld.CacheScenario;
import io.larder.tests.simulation.cacheworld.CacheWorld;
import io.larder.tests.simulation.cacheworld.CrashScenario;
import io.larder.tests.simulation.cacheworld.CrashWorld;
import io.larder.tests.simulation.cacheworld.Tampering;
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
      WorldKind kind,
      long seed,
      Tally tally,
      long traceHash,
      long eventCount,
      @Nullable Throwable failure) {

    /** Whether everything was as it must be. */
    public boolean passed() {
      return failure == null;
    }
  }

  /** Runs a scenario of the engine and notes what happens. */
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
    return new Result(
        WorldKind.ENGINE, scenario.seed(), tally, trace.hash(), trace.eventCount(), failure);
  }

  /** Runs a scenario of the cache and notes what happens. */
  public static Result run(CacheScenario scenario, Trace trace) {
    return run(scenario, trace, Tampering.NONE);
  }

  /** As above, with a cache that is tampered with. */
  public static Result run(CacheScenario scenario, Trace trace, Tampering tampering) {
    Tally tally = new Tally();
    Throwable failure = null;
    try (CacheWorld world = new CacheWorld(scenario, tally, trace, tampering)) {
      world.operate(scenario.operationCount());
      world.end();
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
    return new Result(
        WorldKind.CACHE, scenario.seed(), tally, trace.hash(), trace.eventCount(), failure);
  }

  /** Runs a scenario of a cache whose processes are killed. */
  public static Result run(CacheScenario scenario, CrashScenario crashes, Trace trace) {
    return run(scenario, crashes, trace, Tampering.NONE);
  }

  /** As above, with a cache that is tampered with. */
  public static Result run(
      CacheScenario scenario, CrashScenario crashes, Trace trace, Tampering tampering) {
    Tally tally = new Tally();
    Throwable failure = null;
    try (CrashWorld world = new CrashWorld(scenario, crashes, tally, trace, tampering)) {
      world.run();
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
    return new Result(
        WorldKind.CRASH, scenario.seed(), tally, trace.hash(), trace.eventCount(), failure);
  }
}
