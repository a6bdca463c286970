package io.larder.platform.work;

/** Tells a sleeping {@link Step} that there is something to do. Any thread, cheap, never lost. */
@FunctionalInterface
public interface Wakeup {
  /** Makes the step run again soon; a call while it runs makes it run once more. */
  void wake();
}
