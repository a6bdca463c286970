package io.larder.server.cli;

import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows on a terminal how much of a device has been looked at; elsewhere nothing. */
final class LookBar implements AutoCloseable {
  private final @Nullable ProgressBar bar;

  private LookBar(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /** A bar of so many pages. */
  @SuppressWarnings({
    "SystemConsoleNull", // From JDK 25 on it is null again without a terminal.
    "MustBeClosedChecker"
  })
  static LookBar of(String name, long pageCount) {
    Console console = System.console();
    return console != null && console.isTerminal()
        ? new LookBar(
            new ProgressBarBuilder()
                .setTaskName(name)
                .setUnit(" pages", 1)
                .setInitialMax(pageCount)
                .build())
        : new LookBar(null);
  }

  void step() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
