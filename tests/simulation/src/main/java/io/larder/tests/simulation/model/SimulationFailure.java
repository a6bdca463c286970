package io.larder.tests.simulation.model;

/** Something that must never happen has happened; the message says what. */
public final class SimulationFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  public SimulationFailure(String what) {
    super(what);
  }

  /** Fails unless {@code actual} is what the other book says. */
  public static void unlessEqual(String what, long expected, long actual) {
    if (actual != expected) {
      throw new SimulationFailure(what + ": " + actual + ", and not " + expected);
    }
  }
}
