package io.larder.tests.conformance.crash;

import io.larder.tests.conformance.process.LarderProcess;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Larder itself, as a process.
 *
 * <p><b>Threads.</b> One.
 */
public final class MortalLarder implements Mortal {
  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final Duration END_MAX = Duration.ofMinutes(1);

  /** What its line begins with once it is ready, and says of flash that holds nothing. */
  private static final String READY = " ready on ";

  private static final String EMPTY = "starts empty";

  private final Function<List<String>, LarderProcess> launcher;
  private @Nullable LarderProcess process;

  /** A server that is launched, but not waited for, by {@code launcher}, given some options. */
  public MortalLarder(Function<List<String>, LarderProcess> launcher) {
    this.launcher = launcher;
  }

  @Override
  public void launch(List<String> options) {
    process = launcher.apply(options);
  }

  private LarderProcess process() {
    if (process == null) {
      throw new IllegalStateException("the server has not been started");
    }
    return process;
  }

  @Override
  public void awaitAnswer() {
    if (!process().startsWithin(START_MAX)) {
      throw new IllegalStateException("the server ended instead of starting; " + printed());
    }
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (!process().standardOutput().contains(READY)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("it answers, but does not say so; " + printed());
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public int port() {
    return process().port();
  }

  @Override
  public boolean isAlive() {
    return process().isAlive();
  }

  @Override
  public void signal(String name) {
    process().signal(name);
  }

  @Override
  public void awaitEnd() {
    process().awaitExit(END_MAX);
  }

  @Override
  public boolean startedEmpty() {
    return process().standardOutput().contains(EMPTY);
  }

  @Override
  public String printed() {
    return process().printed();
  }
}
