package io.larder.platform.work;

/** Drives {@link Step}s. */
public interface Work extends AutoCloseable {

  /**
   * Starts driving {@code step}; it runs once soon, and then as it says itself. A step is never run
   * by two threads at once.
   *
   * @param name of the step, for threads, logs and failures
   */
  Wakeup start(String name, Step step);

  /** Stops every step: after this returns none is running and none will run again. */
  @Override
  void close();
}
