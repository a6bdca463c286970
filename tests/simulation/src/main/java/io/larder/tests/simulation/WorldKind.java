package io.larder.tests.simulation;

import io.larder.tests.simulation.cacheworld.CacheScenario;
import io.larder.tests.simulation.cacheworld.CrashScenario;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.world.Scenario;
import java.util.Locale;

/** What is simulated. */
public enum WorldKind {
  /** The flash engine, with an owner of addresses made for it. */
  ENGINE {
    @Override
    public String describe(long seed) {
      return Scenario.of(seed).toString();
    }

    @Override
    public Simulation.Result run(long seed, Trace trace) {
      return Simulation.run(Scenario.of(seed), trace);
    }
  },

  /** The whole cache, with an oracle that knows what it may answer. */
  CACHE {
    @Override
    public String describe(long seed) {
      return CacheScenario.of(seed).toString();
    }

    @Override
    public Simulation.Result run(long seed, Trace trace) {
      return Simulation.run(CacheScenario.of(seed), trace);
    }
  },

  /** The whole cache, whose processes are killed and begun again. */
  CRASH {
    @Override
    public String describe(long seed) {
      return CacheScenario.ofLasting(seed) + " " + CrashScenario.of(seed);
    }

    @Override
    public Simulation.Result run(long seed, Trace trace) {
      return Simulation.run(CacheScenario.ofLasting(seed), CrashScenario.of(seed), trace);
    }
  };

  /** What its world is like for a seed. */
  public abstract String describe(long seed);

  /** Runs a seed and notes what happens. */
  public abstract Simulation.Result run(long seed, Trace trace);

  /** Runs a seed. */
  public Simulation.Result run(long seed) {
    return run(seed, Trace.silent());
  }

  /** As the command line writes it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
