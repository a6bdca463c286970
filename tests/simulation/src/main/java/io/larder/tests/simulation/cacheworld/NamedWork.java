package io.larder.tests.simulation.cacheworld;

import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import io.larder.platform.work.Work;
import io.larder.testkit.ManualWork;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * Work that knows which step it is at, so that only those lose their processor who hold no lock.
 *
 * <p><b>Threads.</b> One.
 */
final class NamedWork implements Work {
  private static final String FLUSH = "flush-";
  private static final String SESSION = "session";

  private final ManualWork work;
  private final Deque<String> running = new ArrayDeque<>();

  NamedWork(ManualWork work) {
    this.work = work;
  }

  @Override
  public Wakeup start(String name, Step step) {
    return work.start(
        name,
        () -> {
          running.push(name);
          try {
            return step.run();
          } finally {
            running.pop();
          }
        });
  }

  /** Does what a session's own thread does, perhaps while a step waits. */
  boolean inSession(BooleanSupplier task) {
    running.push(SESSION);
    try {
      return task.getAsBoolean();
    } finally {
      running.pop();
    }
  }

  /** Whether a device is being written to just now. Who flushes asks for the time unlocked. */
  boolean isFlushing() {
    String innermost = running.peek();
    return innermost != null && innermost.startsWith(FLUSH);
  }

  /** Who is at work: a step's name, or a session; empty outside. */
  String innermost() {
    String name = running.peek();
    return name == null ? "" : name;
  }

  @Override
  public void close() {
    work.close();
  }
}
