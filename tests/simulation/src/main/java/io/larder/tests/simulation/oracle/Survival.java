package io.larder.tests.simulation.oracle;

/** What has become of what a process knew when it ended. */
public enum Survival {
  /** It was stopped in order, and had the time to bring everything to flash. */
  ALL,
  /**
   * It was killed: what it had in RAM is gone, and what was not settled may have happened or not.
   */
  SETTLED
}
