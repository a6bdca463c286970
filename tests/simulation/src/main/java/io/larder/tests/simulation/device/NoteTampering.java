package io.larder.tests.simulation.device;

/** What may be done to the notes of a process on their way to the state file. */
public interface NoteTampering {
  /** They arrive as they are. */
  NoteTampering NONE = new NoteTampering() {};

  /**
   * Whether a note arrives.
   *
   * @param step the background work that makes it, or who else does
   */
  default boolean arrives(long first, long second, String step) {
    return true;
  }

  /** Whether a note arrives only when the next one is made. */
  default boolean arrivesLate(long first, long second) {
    return false;
  }
}
