package io.larder.bench.report;

import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A bar where somebody is looking, and nothing elsewhere.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class Progress implements AutoCloseable {
  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /** A bar that is full after so many steps. */
  @SuppressWarnings("SystemConsoleNull") // From JDK 25 on it is null again without a terminal.
  public static Progress over(String task, long stepCount) {
    Console console = System.console();
    return new Progress(
        console == null || !console.isTerminal()
            ? null
            : new ProgressBarBuilder().setTaskName(task).setInitialMax(stepCount).build());
  }

  public void step() {
    if (bar != null) {
      bar.step();
    }
  }

  /** So many more steps have been taken. */
  public void stepBy(long count) {
    if (bar != null) {
      bar.stepBy(count);
    }
  }

  /** So many steps have been taken; what is to be said of it. */
  public void stepTo(long steps, String remark) {
    if (bar != null) {
      bar.stepTo(Math.min(steps, bar.getMax()));
      bar.setExtraMessage(remark);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
