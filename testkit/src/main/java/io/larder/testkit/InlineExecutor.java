package io.larder.testkit;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Runs a task on the thread that hands it over, but never inside another task: what a task hands
 * over runs when that task has ended, in order.
 *
 * <p><b>Threads.</b> One.
 */
public final class InlineExecutor implements Executor {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  @Override
  public void execute(Runnable task) {
    waiting.add(task);
    if (running) {
      return;
    }
    running = true;
    try {
      for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
        next.run();
      }
    } finally {
      running = false;
    }
  }
}
