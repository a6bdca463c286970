package io.larder.tests.simulation.model;

import io.larder.engine.write.WritesUnderWay;

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

  /**
   * Fails unless every failed page has been refused a write, and no more of them than can be under
   * way beside each other.
   *
   * @param harmlessMax refused writes that may have failed no page
   */
  public static void unlessRefusalsExplain(long refusedWrites, long harmlessMax, long failedPages) {
    if (failedPages > refusedWrites
        || refusedWrites - harmlessMax > WritesUnderWay.COUNT_MAX * failedPages) {
      throw new SimulationFailure(
          "%d pages failed, and %d writes were refused".formatted(failedPages, refusedWrites));
    }
  }
}
