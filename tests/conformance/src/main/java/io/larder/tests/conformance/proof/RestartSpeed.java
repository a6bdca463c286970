package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.client.BatchClient;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.Stats;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How soon a server that was killed answers, has its index, and serves as fast as ever. */
@Command(
    name = "tests/restart-speed",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Fills a Larder of its own, kills it with -9 and starts it again: once without clients, for the time",
      "until it answers and until its index is complete, and once with clients that read from the first moment.",
      ""
    },
    footer = {
      "",
      "Ends with 0 if no value was wrong and something was served again; with 1 otherwise. The figures are for",
      "people to judge: a busy machine or a slow disk shows in all of them.",
      "",
      "  tests/restart-speed --items 10000000 --value-bytes 300 --flash 6g -m 512"
    })
public final class RestartSpeed implements Callable<Integer> {
  private static final int KEY_BYTES = 16;
  private static final int READ_AT_ONCE = 250;
  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final int USUAL_SECONDS = 5;

  /**
   * Statistics cost the server something, too: every 5 ms they were an eighth of a rebuild's time.
   */
  private static final int POLL_MILLIS = 50;

  @Option(names = "--items", paramLabel = "N", description = "Default: 3000000.")
  long items = 3_000_000;

  @Option(
      names = "--value-bytes",
      paramLabel = "BYTES",
      description = "Bytes of each value, at least 16. Default: 300.")
  int valueBytes = 300;

  @Option(
      names = "--flash",
      paramLabel = "SIZE",
      description = "Size of the flash file: a number and m or g. Default: 2g.")
  String flash = "2g";

  @Option(names = "-m", paramLabel = "MB", description = "RAM of the server. Default: 128.")
  int ramMegabytes = 128;

  @Option(names = "--readers", paramLabel = "N", description = "Clients that read. Default: 2.")
  int readers = 2;

  @Option(names = "--io", paramLabel = "ENGINE", description = "auto, io_uring, epoll or nio.")
  String io = "auto";

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "Where the flash file is made. Default: the folder for temporary files.")
  Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String... arguments) {
    System.exit(new CommandLine(new RestartSpeed()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(folder, "larder-restart-");
    try {
      fill(scratch);
      boolean hasServed = alone(scratch) && withReaders(scratch);
      row("verdict", hasServed ? "good" : "BAD: nothing was served again");
      return hasServed ? 0 : 1;
    } finally {
      Scratch.remove(scratch);
    }
  }

  private LarderProcess launch(Path scratch) {
    Path launcher = Path.of(System.getProperty("larder.home", "."), "larder").toAbsolutePath();
    return LarderProcess.launchByLauncher(
        launcher,
        scratch,
        "-m",
        Integer.toString(ramMegabytes),
        "--io",
        io,
        "-o",
        "ext_path=" + scratch.resolve("flash") + ":" + flash);
  }

  private static void kill(LarderProcess larder) {
    larder.signal("KILL");
    larder.awaitExit(START_MAX);
  }

  private void fill(Path scratch) {
    LarderProcess larder = launch(scratch);
    larder.startsWithin(Duration.ofMinutes(10));
    try (BatchClient client = new BatchClient(larder.port(), KEY_BYTES);
        ProgressBar progress =
            new ProgressBarBuilder().setTaskName("filling").setInitialMax(items).build()) {
      long step = 10_000;
      for (long from = 0; from < items; from += step) {
        client.setAll(from, Math.min(items, from + step), 1, valueBytes);
        progress.stepTo(Math.min(items, from + step));
      }
    }
    Stats stats = larder.stats();
    row(
        "before the kill",
        "%s items on flash, %s in RAM, %s pages used"
            .formatted(
                stats.text("larder_flash_items"),
                stats.text("larder_ram_items"),
                stats.text("extstore_pages_used")));
    kill(larder);
  }

  /** A start that nobody disturbs. */
  private boolean alone(Path scratch) throws InterruptedException {
    long start = System.nanoTime();
    LarderProcess larder = launch(scratch);
    larder.startsWithin(START_MAX);
    double answerSeconds = (System.nanoTime() - start) / 1e9;
    Stats stats = awaitIndex(larder);
    double indexSeconds = (System.nanoTime() - start) / 1e9;
    row("start to first answer", "%.2f s, the JVM's own start included".formatted(answerSeconds));
    row("start to index complete", "%.2f s".formatted(indexSeconds));
    for (String name : stats.names()) {
      if (name.startsWith("extstore_restart_")) {
        row(name, stats.text(name));
      }
    }
    row("items served again", stats.text("larder_flash_items"));
    boolean hasServed = stats.number("larder_flash_items") > 0;
    kill(larder);
    return hasServed;
  }

  private static Stats awaitIndex(LarderProcess larder) throws InterruptedException {
    Stats stats = larder.stats();
    while (stats.has("extstore_restart_running") && stats.number("extstore_restart_running") != 0) {
      Thread.sleep(POLL_MILLIS);
      stats = larder.stats();
    }
    return stats;
  }

  /** A start with clients that read from the first moment; every value is compared. */
  private boolean withReaders(Path scratch) throws InterruptedException {
    LarderProcess larder = launch(scratch);
    larder.startsWithin(START_MAX);
    LongAdder gets = new LongAdder();
    LongAdder hits = new LongAdder();
    AtomicBoolean ends = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int reader = 0; reader < readers; reader++) {
      long seed = reader;
      threads.add(Thread.ofPlatform().start(() -> read(larder.port(), seed, ends, gets, hits)));
    }
    long start = System.nanoTime();
    awaitIndex(larder);
    double seconds = (System.nanoTime() - start) / 1e9;
    rate("gets while the index is rebuilt", seconds, gets, hits);
    // The first second afterwards belongs to neither.
    Thread.sleep(1000);
    gets.reset();
    hits.reset();
    start = System.nanoTime();
    Thread.sleep(1000L * USUAL_SECONDS);
    rate("gets afterwards", (System.nanoTime() - start) / 1e9, gets, hits);
    boolean hasServed = hits.sum() > 0;
    ends.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    kill(larder);
    return hasServed;
  }

  private void rate(String name, double seconds, LongAdder gets, LongAdder hits) {
    row(
        name,
        "%.0f/s for %.2f s, %.1f %% of them hits"
            .formatted(
                gets.sum() / seconds, seconds, 100.0 * hits.sum() / Math.max(1, gets.sum())));
  }

  private void read(int port, long seed, AtomicBoolean ends, LongAdder gets, LongAdder hits) {
    SplittableRandom random = new SplittableRandom(seed);
    try (BatchClient client = new BatchClient(port, KEY_BYTES)) {
      while (!ends.get()) {
        long from = random.nextLong(Math.max(1, items - READ_AT_ONCE));
        hits.add(client.presentCount(from, from + READ_AT_ONCE, 1, valueBytes));
        gets.add(READ_AT_ONCE);
      }
    }
  }

  private void row(String name, String value) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("%-34s %s".formatted(name, value));
    out.flush();
  }
}
