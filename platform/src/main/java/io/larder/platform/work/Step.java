package io.larder.platform.work;

/**
 * A piece of background work, bounded per call and driven from outside: by a thread in production,
 * by the seed in a simulation.
 */
public interface Step {
  /** Answer of {@link #run}: nothing to do until somebody wakes the step. */
  long UNTIL_WOKEN = Long.MAX_VALUE;

  /** Answer of {@link #run}: there is more to do at once. */
  long AT_ONCE = 0;

  /**
   * Does one bounded piece.
   *
   * @return nanoseconds after which it wants to run again; a wake-up makes it run sooner
   */
  long run();
}
