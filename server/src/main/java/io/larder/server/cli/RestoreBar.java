package io.larder.server.cli;

import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.server.start.LarderServer;
import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Shows on a terminal how items of an earlier run are found again; elsewhere the log tells. */
final class RestoreBar {
  private static final long LOOK_MILLIS = 100;

  private RestoreBar() {}

  /** Shows it until it is over, in a thread of its own. */
  @SuppressWarnings("SystemConsoleNull") // From JDK 25 on it is null again without a terminal.
  static void show(LarderServer server) {
    Console console = System.console();
    RestoreSnapshot start = server.restore();
    if (console != null && console.isTerminal() && start != null && start.running()) {
      Thread.ofPlatform().daemon().name("larder-restore-bar").start(() -> watch(server, start));
    }
  }

  private static void watch(LarderServer server, RestoreSnapshot start) {
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("finding items on flash")
            .setUnit(" pages", 1)
            .setInitialMax(start.pageCount())
            .build()) {
      RestoreSnapshot now = start;
      while (now != null && now.running()) {
        bar.stepTo(now.pagesDoneCount());
        bar.setExtraMessage(now.recordCount() + " items");
        Thread.sleep(LOOK_MILLIS);
        now = server.restore();
      }
      bar.stepTo(start.pageCount());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
