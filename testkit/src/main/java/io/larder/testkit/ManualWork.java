package io.larder.testkit;

import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import io.larder.platform.work.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps when the test says so, on the test's own thread.
 *
 * <p>A step is due when it is new, was woken, asked to run again at once, or waited until the clock
 * reached the time it named. Due steps run in the order they were started, round and round; given a
 * random generator, in an order drawn from it.
 *
 * <p><b>Threads.</b> One thread runs the steps. {@link Wakeup#wake} and {@link #start} may be
 * called by any.
 */
public final class ManualWork implements Work {
  /**
   * How often steps may run without the clock moving before a test is told that they never rest.
   */
  public static final int DEFAULT_RUN_COUNT_MAX = 1_000_000;

  private final ManualClock clock;
  private final @Nullable RandomGenerator order;
  private final int runCountMax;
  private final List<Driven> steps = new ArrayList<>();
  private int next;
  private boolean closed;

  /** Runs steps in the order they were started. */
  public ManualWork(ManualClock clock) {
    this(clock, null, DEFAULT_RUN_COUNT_MAX);
  }

  /**
   * Chooses everything.
   *
   * @param order draws which due step runs next; null: round and round
   * @param runCountMax how many runs {@link #runUntilIdle} allows before it fails
   */
  public ManualWork(ManualClock clock, @Nullable RandomGenerator order, int runCountMax) {
    this.clock = clock;
    this.order = order;
    this.runCountMax = runCountMax;
  }

  @Override
  public synchronized Wakeup start(String name, Step step) {
    if (closed) {
      throw new IllegalStateException("closed: " + name + " cannot start");
    }
    Driven driven = new Driven(name, step);
    steps.add(driven);
    return driven;
  }

  /** Runs one due step. Returns false when none is due. */
  public boolean runOne() {
    Driven due = takeDue();
    if (due == null) {
      return false;
    }
    due.run();
    return true;
  }

  /**
   * Runs the step of that name once, due or not.
   *
   * @throws IllegalArgumentException when there is none, or more than one
   */
  public void runOnce(String name) {
    List<Driven> named;
    synchronized (this) {
      named = steps.stream().filter(step -> step.name.equals(name)).toList();
    }
    if (named.size() != 1) {
      throw new IllegalArgumentException(named.size() + " steps are called " + name);
    }
    named.getFirst().run();
  }

  /**
   * Runs due steps until none is due; the clock stands still meanwhile.
   *
   * @return how many runs that took
   * @throws AssertionError when the steps never rest
   */
  public int runUntilIdle() {
    int count = 0;
    while (runOne()) {
      count++;
      if (count > runCountMax) {
        throw new AssertionError(
            "%d runs and no rest while the clock stood still; due: %s"
                .formatted(count, dueNames()));
      }
    }
    return count;
  }

  /**
   * Moves the clock on, stopping at every moment a waiting step has named, and runs what is due at
   * each.
   *
   * @return how many runs that took
   */
  public int advance(Duration by) {
    int count = runUntilIdle();
    long end = Math.addExact(clock.nanos(), by.toNanos());
    while (clock.nanos() < end) {
      long stop = Math.min(end, earliestDueNanos());
      clock.advanceNanos(Math.max(0, stop - clock.nanos()));
      count += runUntilIdle();
    }
    return count;
  }

  /** Names of the steps that would run now. */
  public synchronized List<String> dueNames() {
    return steps.stream().filter(Driven::isDue).map(step -> step.name).toList();
  }

  @Override
  public synchronized void close() {
    closed = true;
    steps.clear();
  }

  private synchronized @Nullable Driven takeDue() {
    if (order != null) {
      List<Driven> due = steps.stream().filter(Driven::isDue).toList();
      return due.isEmpty() ? null : due.get(order.nextInt(due.size()));
    }
    for (int i = 0; i < steps.size(); i++) {
      Driven step = steps.get((next + i) % steps.size());
      if (step.isDue()) {
        next = (next + i + 1) % steps.size();
        return step;
      }
    }
    return null;
  }

  private synchronized long earliestDueNanos() {
    return steps.stream().mapToLong(step -> step.dueNanos).min().orElse(Long.MAX_VALUE);
  }

  private final class Driven implements Wakeup {
    private final String name;
    private final Step step;
    private volatile boolean woken = true;
    private volatile long dueNanos = Long.MAX_VALUE;
    private boolean running;

    Driven(String name, Step step) {
      this.name = name;
      this.step = step;
    }

    @Override
    public void wake() {
      woken = true;
    }

    boolean isDue() {
      return !running && (woken || dueNanos <= clock.nanos());
    }

    void run() {
      if (running) {
        throw new IllegalStateException(name + " was run from within itself");
      }
      running = true;
      woken = false;
      dueNanos = Long.MAX_VALUE;
      try {
        long waitNanos = step.run();
        if (waitNanos <= 0) {
          woken = true;
        } else if (waitNanos != Step.UNTIL_WOKEN) {
          dueNanos = clock.nanos() + waitNanos;
        }
      } finally {
        running = false;
      }
    }
  }
}
