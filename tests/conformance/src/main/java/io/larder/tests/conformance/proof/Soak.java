package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.ProcessMemory;
import io.larder.tests.conformance.process.Stats;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** More data than flash, sizes and lives of all kinds, clients that check every value they read. */
@Command(
    name = "tests/soak",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Lets clients write, delete, touch and read items of 16 bytes to 900 KB, with lives of 20 s, 5 min",
      "and for ever, on a Larder of its own, and checks every value they read.",
      ""
    },
    footer = {
      "",
      "Ends with 0 if no value was wrong, expired, deleted or stale, memory stayed flat and within",
      "-m + 250 MB, the last third was at least half as fast as the first, and the statistics add up;",
      "with 1 otherwise.",
      "",
      "  tests/soak                  ten minutes, eight clients, 64 MB of RAM, 512 MB of flash",
      "  tests/soak --seconds 30     a short one"
    })
public final class Soak implements Callable<Integer> {
  private static final long RSS_OVER_RAM_BYTES_MAX = 250_000_000;
  private static final double RSS_GROWTH_MAX = 1.1;
  private static final double SLOWEST = 0.5;
  private static final int PARTS = 30;

  @Option(names = "--seconds", paramLabel = "N", description = "How long. Default: 600.")
  int seconds = 600;

  @Option(names = "--clients", paramLabel = "N", description = "How many. Default: 8.")
  int clientCount = 8;

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "How many items there are; about 4 KB each. Default: 400000.")
  int itemCount = 400_000;

  @Option(names = "-m", paramLabel = "MB", description = "RAM of the server. Default: 64.")
  int ramMegabytes = 64;

  @Option(
      names = "--flash",
      paramLabel = "SIZE",
      description = "Size of the flash file: a number and m or g. Default: 512m.")
  String flash = "512m";

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "Where the flash file is made. Default: the folder for temporary files.")
  Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String... arguments) {
    System.exit(new CommandLine(new Soak()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(folder, "larder-soak-");
    Path launcher = Path.of(System.getProperty("larder.home", "."), "larder");
    try (LarderProcess larder =
        LarderProcess.startByLauncher(
            launcher.toAbsolutePath(),
            scratch,
            "-m",
            Integer.toString(ramMegabytes),
            "-o",
            "ext_path=" + scratch.resolve("flash") + ":" + flash)) {
      List<String> problems = soak(larder);
      PrintWriter out = spec.commandLine().getOut();
      problems.stream().limit(20).forEach(problem -> row(out, "BAD", problem));
      row(out, "verdict", problems.isEmpty() ? "good" : "BAD, " + problems.size() + " problems");
      out.flush();
      return problems.isEmpty() ? 0 : 1;
    } finally {
      Scratch.remove(scratch);
    }
  }

  /** Runs it on a server that is there; every problem in a sentence. */
  public List<String> soak(LarderProcess larder) throws InterruptedException {
    List<String> problems = new CopyOnWriteArrayList<>();
    AtomicBoolean ends = new AtomicBoolean();
    SoakItems items = new SoakItems(itemCount / clientCount * clientCount, clientCount);
    List<SoakClient> clients =
        IntStream.range(0, clientCount)
            .mapToObj(number -> new SoakClient(items, number, larder.port(), ends, problems))
            .toList();
    List<Thread> threads =
        clients.stream().map(client -> Thread.ofPlatform().daemon().start(client)).toList();
    List<Long> rss = new ArrayList<>();
    List<Long> operations = new ArrayList<>();
    try (ProgressBar progress =
        new ProgressBarBuilder().setTaskName("soaking").setInitialMax(seconds).build()) {
      watch(larder, clients, progress, rss, operations);
    } finally {
      ends.set(true);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!larder.isAlive()) {
      problems.add("the server has ended; " + larder.diagnosis());
      return problems;
    }
    problems.addAll(Books.settle(larder.port(), false));
    judge(rss, operations, problems);
    report(larder, clients, rss, operations);
    return problems;
  }

  private void watch(
      LarderProcess larder,
      List<SoakClient> clients,
      ProgressBar progress,
      List<Long> rss,
      List<Long> operations)
      throws InterruptedException {
    long before = 0;
    for (int part = 0; part < PARTS; part++) {
      Thread.sleep(1000L * seconds / PARTS);
      progress.stepTo((long) seconds * (part + 1) / PARTS);
      rss.add(ProcessMemory.rssBytes(larder.pid()));
      long now = clients.stream().mapToLong(client -> client.operations.get()).sum();
      operations.add(now - before);
      before = now;
    }
  }

  private void judge(List<Long> rss, List<Long> operations, List<String> problems) {
    long early = max(rss.subList(PARTS / 3, 2 * PARTS / 3));
    long late = max(rss.subList(2 * PARTS / 3, PARTS));
    if (late > early * RSS_GROWTH_MAX) {
      problems.add("memory grew from " + early + " to " + late + " bytes");
    }
    if (late > ramMegabytes * 1_048_576L + RSS_OVER_RAM_BYTES_MAX) {
      problems.add("memory of " + late + " bytes is more than -m + 250 MB");
    }
    long first = sum(operations.subList(0, PARTS / 3));
    long last = sum(operations.subList(2 * PARTS / 3, PARTS));
    if (last < first * SLOWEST) {
      problems.add(last + " operations in the last third, " + first + " in the first");
    }
  }

  private void report(
      LarderProcess larder, List<SoakClient> clients, List<Long> rss, List<Long> operations) {
    PrintWriter out = spec.commandLine() == null ? null : spec.commandLine().getOut();
    if (out == null) {
      return;
    }
    long reads = clients.stream().mapToLong(client -> client.reads.get()).sum();
    long hits = clients.stream().mapToLong(client -> client.hits.get()).sum();
    row(
        out,
        "operations",
        "%d by %d clients in %d s".formatted(sum(operations), clientCount, seconds));
    row(
        out,
        "reads",
        "%d, every hit checked; %.1f %% were hits".formatted(reads, 100.0 * hits / reads));
    int third = PARTS / 3;
    row(
        out,
        "operations/s by thirds",
        "%d, %d, %d"
            .formatted(
                sum(operations.subList(0, third)) * 3 / seconds,
                sum(operations.subList(third, 2 * third)) * 3 / seconds,
                sum(operations.subList(2 * third, PARTS)) * 3 / seconds));
    row(
        out,
        "RSS by thirds",
        "%d, %d, %d MB"
            .formatted(
                max(rss.subList(0, third)) / 1_000_000,
                max(rss.subList(third, 2 * third)) / 1_000_000,
                max(rss.subList(2 * third, PARTS)) / 1_000_000));
    Stats stats = Stats.of(larder.port());
    for (String name :
        List.of(
            "larder_ram_items",
            "larder_flash_items",
            "extstore_bytes_written",
            "extstore_page_reclaims",
            "larder_demote_dropped",
            "badcrc_from_extstore",
            "larder_misses",
            "larder_misses_cold",
            "larder_misses_expired",
            "larder_misses_deleted",
            "larder_misses_evicted_from_flash",
            "larder_misses_refused",
            "larder_misses_dropped")) {
      row(out, name, stats.text(name));
    }
  }

  private static long sum(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).sum();
  }

  private static long max(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private static void row(PrintWriter out, String name, String value) {
    out.println("%-34s %s".formatted(name, value));
  }
}
