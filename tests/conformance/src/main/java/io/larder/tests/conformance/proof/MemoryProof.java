package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.process.LarderProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What Larder takes of the machine's memory, measured from outside. */
@Command(
    name = "tests/memory",
    mixinStandardHelpOptions = true,
    description = {
      "Starts Larders of its own on free ports, with flash files that are removed afterwards, and",
      "measures what they take of the machine's memory.",
      ""
    })
public final class MemoryProof {
  private static final double INDEX_BYTES_PER_ITEM_MAX = 12;

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String... arguments) {
    System.exit(new CommandLine(new MemoryProof()).execute(arguments));
  }

  @Command(
      name = "loads",
      mixinStandardHelpOptions = true,
      description = {
        "Puts a new server under each of several loads and prints its RSS.",
        "Ends with 0 if none was more than -m + 250 MB, with 1 otherwise."
      })
  int loads(
      @Option(names = "-m", paramLabel = "MB", defaultValue = "64", description = "RAM.")
          int megabytes,
      @Option(
              names = "--io",
              paramLabel = "ENGINE",
              defaultValue = "auto",
              description = "auto, io_uring, epoll or nio.")
          String io,
      @Option(
              names = "--folder",
              paramLabel = "PATH",
              defaultValue = "${sys:java.io.tmpdir}",
              description = "Where the flash file is made.")
          Path folder)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    long ramBytes = (long) megabytes << 20;
    boolean isGood = true;
    out.printf("%-18s %10s %14s%n", "load", "RSS, MB", "most over -m");
    for (MemoryLoad load : MemoryLoad.values()) {
      try (Scratch scratch = Scratch.in(folder);
          LarderProcess larder = start(scratch, megabytes, io, 16L * megabytes)) {
        load.play(larder.port(), ramBytes);
        long over = larder.rssPeakBytes() - ramBytes;
        isGood &= over <= MemoryLoad.OVER_RAM_BYTES_MAX;
        out.printf(
            "%-18s %10d %14d%n", load.word(), larder.rssBytes() / 1_000_000, over / 1_000_000);
        out.flush();
      }
    }
    return verdict(isGood);
  }

  @Command(
      name = "index",
      mixinStandardHelpOptions = true,
      description = {
        "Stores tiny items, almost all of which go to flash, and prints what each costs in RAM: by the",
        "server's own books and by RSS. The items in RAM have the same room all the time.",
        "Ends with 0 if it never was more than 12 bytes, with 1 otherwise."
      })
  int index(
      @Option(
              names = "--items",
              paramLabel = "N",
              split = ",",
              defaultValue = "8000000,10000000,12000000,15000000",
              description = "Items on flash at which to look, ascending.")
          List<Long> items,
      @Option(
              names = "--key-bytes",
              paramLabel = "BYTES",
              split = ",",
              defaultValue = "20,200",
              description = "Bytes of a key; a new server for each.")
          List<Integer> keyBytes,
      @Option(
              names = "--log",
              paramLabel = "MB",
              defaultValue = "256",
              description = "RAM beside the index, at least a third of what the index needs.")
          int logMegabytes,
      @Option(
              names = "--flash",
              paramLabel = "MB",
              defaultValue = "8192",
              description = "Size of the flash file.")
          int flashMegabytes,
      @Option(
              names = "--folder",
              paramLabel = "PATH",
              defaultValue = "${sys:java.io.tmpdir}",
              description = "Where the flash file is made.")
          Path folder)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean isGood = true;
    for (int bytes : keyBytes) {
      try (Scratch scratch = Scratch.in(folder);
          LarderProcess larder = start(scratch, logMegabytes, "auto", flashMegabytes);
          IndexCost cost = new IndexCost(larder, bytes, logMegabytes, items.getFirst() / 2)) {
        for (long count : items) {
          IndexCost.Sample sample = fill(cost, count);
          isGood &=
              Math.max(sample.takenBytesPerItem(), sample.rssBytesPerItem())
                  <= INDEX_BYTES_PER_ITEM_MAX;
          out.printf(Locale.ROOT, "keys of %d bytes, %s%n", bytes, sample);
          out.flush();
        }
      }
    }
    return verdict(isGood);
  }

  private static IndexCost.Sample fill(IndexCost cost, long count) {
    try (ProgressBar progress =
        new ProgressBarBuilder().setTaskName("filling").setInitialMax(count).build()) {
      return cost.fillTo(count, progress::stepTo);
    }
  }

  private int verdict(boolean isGood) {
    spec.commandLine().getOut().println(isGood ? "good" : "BAD");
    spec.commandLine().getOut().flush();
    return isGood ? 0 : 1;
  }

  private static LarderProcess start(
      Scratch scratch, int megabytes, String io, long flashMegabytes) {
    Path launcher = Path.of(System.getProperty("larder.home", "."), "larder");
    return LarderProcess.startByLauncher(
        launcher.toAbsolutePath(),
        scratch.folder(),
        "-m",
        Integer.toString(megabytes),
        "--io",
        io,
        "-o",
        "ext_path=" + scratch.folder().resolve("flash") + ":" + flashMegabytes + "m");
  }

  /** A folder that is removed with all that is in it. */
  private record Scratch(Path folder) implements AutoCloseable {
    static Scratch in(Path parent) throws IOException {
      return new Scratch(Files.createTempDirectory(parent, "larder-memory-"));
    }

    @Override
    public void close() throws IOException {
      try (var left = Files.newDirectoryStream(folder)) {
        for (Path each : left) {
          Files.deleteIfExists(each);
        }
      }
      Files.deleteIfExists(folder);
    }
  }
}
