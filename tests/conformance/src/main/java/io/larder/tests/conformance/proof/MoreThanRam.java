package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.client.SpyClient;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.ProcessMemory;
import io.larder.tests.conformance.process.Stats;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Writes more than RAM holds through a client from outside, reads all of it back and compares every
 * value.
 */
@Command(
    name = "tests/more-than-ram",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes items to Larder through spymemcached, reads all of them back and compares every value.",
      "Starts a Larder of its own on a free port and removes its flash file afterwards.",
      ""
    },
    footer = {
      "",
      "Ends with 0 if no value was wrong, at least 99.9 %% of what fits was there, memory was within",
      "-m + 250 MB and the server's statistics add up; with 1 otherwise.",
      "",
      "  tests/more-than-ram                                        2 GiB into 64 MB and 4 GiB of flash",
      "  tests/more-than-ram --items 1000000 --flash 1g --passes 3  12 GiB through 1 GiB of flash"
    })
public final class MoreThanRam implements Callable<Integer> {
  private static final double HIT_RATIO_MIN = 0.999;
  private static final long RSS_OVER_RAM_BYTES_MAX = 250_000_000;

  @Option(names = "--items", paramLabel = "N", description = "Items in a pass. Default: 500000.")
  long items = 500_000;

  @Option(
      names = "--value-bytes",
      paramLabel = "BYTES",
      description = "Bytes of each value, at least 16. Default: 4096.")
  int valueBytes = 4096;

  @Option(
      names = "--flash",
      paramLabel = "SIZE",
      description = "Size of the flash file: a number and m or g. Default: 4g.")
  String flash = "4g";

  @Option(names = "-m", paramLabel = "MB", description = "RAM of the server. Default: 64.")
  int ramMegabytes = 64;

  @Option(
      names = "--passes",
      paramLabel = "N",
      description = "How often all items are written, each time with other values. Default: 1.")
  int passes = 1;

  @Option(names = "--io", paramLabel = "ENGINE", description = "auto, io_uring, epoll or nio.")
  String io = "auto";

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "Where the flash file is made. Default: the folder for temporary files.")
  Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String... arguments) {
    System.exit(new CommandLine(new MoreThanRam()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Path scratch = Files.createTempDirectory(folder, "larder-proof-");
    Path file = scratch.resolve("flash");
    Path launcher = Path.of(System.getProperty("larder.home", "."), "larder");
    try (LarderProcess larder =
        LarderProcess.startByLauncher(
            launcher.toAbsolutePath(),
            scratch,
            "-m",
            Integer.toString(ramMegabytes),
            "--io",
            io,
            "-o",
            "ext_path=" + file + ":" + flash)) {
      return prove(larder);
    } finally {
      Scratch.remove(scratch);
    }
  }

  private int prove(LarderProcess larder) {
    try (SpyClient client = new SpyClient(larder.port())) {
      Round round = new Round(client, items, valueBytes);
      long start = System.nanoTime();
      for (int pass = 1; pass <= passes; pass++) {
        int generation = pass;
        bar("writing, pass " + pass, progress -> round.write(generation, item -> progress.step()));
      }
      double writeSeconds = (System.nanoTime() - start) / 1e9;
      List<String> problems = Books.settle(larder.port(), true);
      Stats written = Stats.of(larder.port());
      start = System.nanoTime();
      Round.Tally[] tally = new Round.Tally[1];
      bar(
          "reading",
          progress -> tally[0] = round.read(passes, newestCount(), item -> progress.step()));
      double readSeconds = (System.nanoTime() - start) / 1e9;
      return report(larder, tally[0], problems, written, writeSeconds, readSeconds);
    }
  }

  private interface Work {
    void run(ProgressBar progress);
  }

  private void bar(String task, Work work) {
    try (ProgressBar progress =
        new ProgressBarBuilder().setTaskName(task).setInitialMax(items).showSpeed().build()) {
      work.run(progress);
    }
  }

  /** Items that must be there: all, or as many of the newest as fill half of the flash. */
  private long newestCount() {
    long perItem = valueBytes + 128L;
    return Math.min(items, flashBytes() / 2 / perItem);
  }

  private long flashBytes() {
    String text = flash.toLowerCase(Locale.ROOT);
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    return text.endsWith("g") ? number << 30 : number << 20;
  }

  private int report(
      LarderProcess larder,
      Round.Tally tally,
      List<String> sums,
      Stats written,
      double writeSeconds,
      double readSeconds) {
    long rss = ProcessMemory.rssBytes(larder.pid());
    long rssPeak = ProcessMemory.rssPeakBytes(larder.pid());
    long rssMax = ramMegabytes * 1_048_576L + RSS_OVER_RAM_BYTES_MAX;
    PrintWriter out = spec.commandLine().getOut();
    row(out, "items", items + " of " + valueBytes + " bytes, written " + passes + " times");
    row(
        out,
        "hits",
        "%d of %d, %.3f %%".formatted(tally.hits(), tally.asked(), 100 * tally.hitRatio()));
    row(
        out,
        "hits, newest",
        "%d of %d, %.3f %%"
            .formatted(tally.newestHits(), tally.newestAsked(), 100 * tally.newestHitRatio()));
    row(out, "wrong values", Long.toString(tally.wrong()));
    row(out, "sets/s", "%.0f".formatted(items * passes / writeSeconds));
    row(out, "gets/s", "%.0f".formatted(items / readSeconds));
    row(out, "RSS", "%d MB, peak %d MB".formatted(rss / 1_000_000, rssPeak / 1_000_000));
    row(out, "extstore_objects_used", written.text("extstore_objects_used"));
    row(out, "larder_ram_items", written.text("larder_ram_items"));
    row(out, "extstore_page_reclaims", written.text("extstore_page_reclaims"));
    row(out, "larder_demote_dropped", written.text("larder_demote_dropped"));
    sums.forEach(problem -> row(out, "does not add up", problem));
    boolean good =
        tally.wrong() == 0
            && tally.newestHitRatio() >= HIT_RATIO_MIN
            && rssPeak <= rssMax
            && sums.isEmpty();
    row(out, "verdict", good ? "good" : "BAD");
    out.flush();
    return good ? 0 : 1;
  }

  private static void row(PrintWriter out, String name, String value) {
    out.println("%-24s %s".formatted(name, value));
  }
}
