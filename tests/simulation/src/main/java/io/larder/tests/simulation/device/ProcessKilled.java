package io.larder.tests.simulation.device;

/** The process of the cache ends here, whatever it is in the middle of. */
public final class ProcessKilled extends RuntimeException {
  private static final long serialVersionUID = 1;

  ProcessKilled(String where) {
    super("killed " + where);
  }
}
