package io.larder.bench;

import io.larder.bench.certify.Certificate;
import io.larder.bench.certify.CertificateReport;
import io.larder.bench.certify.Certification;
import io.larder.bench.certify.CertifySettings;
import io.larder.bench.certify.Ground;
import io.larder.bench.report.Amount;
import io.larder.bench.report.Machine;
import io.larder.bench.report.Progress;
import io.larder.uring.UringProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code larder certify}: what to expect of a device. */
@Command(
    name = "larder certify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {"Measures a device as this cache would use it, and says what to expect of it.", ""},
    description = {
      "",
      "A get from flash is one read at a random place; what leaves RAM is put down in write buffers,"
          + " one after another, from the front of a page to its end. So: reads of 4 and 16 KiB with"
          + " 1 to 64 under way, through io_uring where it works, else by a pool of threads, as the"
          + " server would; buffers of 1 and 4 MiB, one at a time; and both at once, at several rates."
          + " Every block that is read is compared with what was written there.",
      "",
      "The safe write rate is the highest steady rate at which the 99th percentile of reads stays"
          + " within --factor of what it is with nobody writing. It is what ext_write_budget should not"
          + " be above. How much the device may be written in its life is another matter: --tbw.",
      "",
      "No data is lost. In a folder a file is made that is gone at the end, however that comes. A block"
          + " device must hold nothing, as for the server: its first MiB is zero, and stays so.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder certify /mnt/flash                          4 GiB there for about a minute",
      "  larder certify /mnt/flash --size 64g --seconds 10  past the cache of the device",
      "  larder certify /mnt/flash --tbw 600 --html device.html --json device.json",
      "  larder certify /dev/nvme1n1 --overwrite-device     a device that holds nothing",
      "",
      "A small file may lie in a cache of the device, and a cloud's disk has burst credits: let the"
          + " size be several times the first, the time longer than the second.",
      "",
      "Exit codes: 0 measured, 1 something failed, 2 wrong option."
    })
public final class CertifyBench implements Callable<Integer> {
  private static final long SIZE_BYTES_MIN = 16 << 20;
  private static final long DEFAULT_SIZE_BYTES = 4L << 30;
  private static final int DEPTH_MAX = 256;
  private static final double SECONDS_PER_YEAR = 365.25 * 86_400;
  private static final int REFINEMENTS = 2;
  private static final List<Double> SHARES = List.of(0.05, 0.15, 0.3, 0.5, 0.75, 1.0);

  /** How reads are carried. */
  enum Io {
    auto,
    io_uring,
    nio
  }

  @Parameters(
      paramLabel = "DEVICE-OR-FOLDER",
      description = "A folder on the device, or a block device that holds nothing.")
  Path where = Path.of(".");

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description =
          "How much of it is used: a number and m, g or t; at least 16m. Default: 4g, or half of what"
              + " is free if that is less; of a block device 4g.")
  @Nullable String size;

  @Option(names = "--seconds", paramLabel = "S", description = "Of each run. Default: 2.")
  double seconds = 2;

  @Option(
      names = "--depths",
      paramLabel = "N,N",
      split = ",",
      description = "Reads under way at once, 1 to 256 each. Default: 1,4,16,32,64.")
  List<Integer> depths = List.of(1, 4, 16, 32, 64);

  @Option(
      names = "--mix-depth",
      paramLabel = "N",
      description = "Reads under way while there are writes. Default: 8.")
  int mixDepth = 8;

  @Option(
      names = "--factor",
      paramLabel = "F",
      description = "By how much p99 of reads may grow at a safe write rate. Default: 2.")
  double factor = 2;

  @Option(
      names = "--tbw",
      paramLabel = "TB",
      description =
          "Terabytes that may be written in the life of the device, as its maker says: the budget is"
              + " then no higher than that allows.")
  double terabytesWritten;

  @Option(
      names = "--years",
      paramLabel = "N",
      description = "How long it is to live, for --tbw. Default: 5.")
  double years = 5;

  @Option(
      names = "--io",
      paramLabel = "WAY",
      description = "${COMPLETION-CANDIDATES}. Default: auto, as the server chooses.")
  Io io = Io.auto;

  @Option(
      names = "--overwrite-device",
      description = "Really write to the block device that is named.")
  boolean overwritesDevice;

  @Mixin ReportOptions files = new ReportOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  /** Runs the command and ends the process. */
  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command, which says in one sentence what went wrong. */
  static CommandLine commandLine() {
    return OneSentence.of(new CertifyBench());
  }

  @Override
  public Integer call() throws IOException {
    boolean isFolder = isFolder();
    long sizeBytes = checked(isFolder);
    PrintWriter out = spec.commandLine().getOut();
    try (Certification certification = certification();
        Ground ground =
            isFolder
                ? Ground.inFolder(where, sizeBytes, certification.engine())
                : Ground.onDevice(where, sizeBytes, certification.engine())) {
      Map<String, String> facts = facts(certification, ground);
      facts.forEach((name, value) -> out.println("%-11s %s".formatted(name, value)));
      out.println();
      out.flush();
      Certificate certificate = measure(certification, ground);
      CertificateReport report =
          new CertificateReport(
              certificate,
              terabytesWritten > 0
                  ? terabytesWritten * 1e12 / (years * SECONDS_PER_YEAR)
                  : Double.POSITIVE_INFINITY);
      report.table().forEach(out::println);
      out.println();
      report.expectations().forEach((name, text) -> out.println("%-17s %s".formatted(name, text)));
      report.warnings(ground.isDirect()).forEach(out::println);
      out.flush();
      write(report, ground, facts);
    }
    return CommandLine.ExitCode.OK;
  }

  private Certificate measure(Certification certification, Ground ground) throws IOException {
    CertifySettings settings =
        new CertifySettings(
            depths,
            List.of(4 << 10, 16 << 10),
            List.of(1 << 20, 4 << 20),
            SHARES,
            REFINEMENTS,
            mixDepth,
            factor,
            seconds);
    Certification.Filled filled;
    try (Progress progress = Progress.over("filling, MiB", ground.sizeBytes() >> 20)) {
      filled = certification.fill(ground, bytes -> progress.stepTo(bytes >> 20, ""));
    }
    try (Progress progress = Progress.over("runs", settings.runCount())) {
      return certification.measure(ground, filled, settings, progress::step);
    }
  }

  private void write(CertificateReport report, Ground ground, Map<String, String> facts)
      throws IOException {
    files.write(
        facts, report.figures(), () -> report.html(ground.describe(), facts, ground.isDirect()));
  }

  private Map<String, String> facts(Certification certification, Ground ground) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>(Machine.facts(where.resolve("file")));
    facts.put(
        "measured",
        String.format(
            Locale.ROOT, "%.1f GiB of %s", ground.sizeBytes() / 0x1p30, ground.describe()));
    facts.put("I/O", certification.engine().name() + ": " + certification.engine().reason());
    facts.put("page cache", ground.isDirect() ? "bypassed" : "in use");
    return facts;
  }

  private Certification certification() throws IOException {
    if (io == Io.nio) {
      return Certification.onPool("asked for");
    }
    UringProbe probe = UringProbe.run();
    if (probe.works()) {
      return Certification.onRing(probe);
    }
    if (io == Io.io_uring) {
      throw new IOException(probe.reason() + "; use --io auto.");
    }
    return Certification.onPool(probe.reason());
  }

  // ------------------------------------------------------------------ what can be said against it

  private boolean isFolder() {
    if (Files.isDirectory(where)) {
      return true;
    }
    if (!Files.exists(where)) {
      throw wrong(where + " does not exist; name a folder on the device to measure.");
    }
    if (Files.isRegularFile(where)) {
      throw wrong(where + " is a file; name the folder it is in, and a new file is made there.");
    }
    if (!overwritesDevice) {
      throw wrong(
          where
              + " is a device and would be written to; name a folder on it, or, if it holds nothing,"
              + " add --overwrite-device.");
    }
    return false;
  }

  private long checked(boolean isFolder) throws IOException {
    if (!(seconds > 0) || !(factor > 1) || !(years > 0) || terabytesWritten < 0) {
      throw wrong("--seconds and --years are above 0, --factor above 1, --tbw not below 0.");
    }
    if (mixDepth < 1 || mixDepth > DEPTH_MAX) {
      throw wrong("--mix-depth " + mixDepth + " is not between 1 and 256.");
    }
    for (int depth : depths) {
      if (depth < 1 || depth > DEPTH_MAX) {
        throw wrong("--depths has " + depth + ", which is not between 1 and 256.");
      }
    }
    long bytes = isFolder ? inFolder() : onDevice();
    if (bytes < SIZE_BYTES_MIN) {
      throw wrong(
          size == null
              ? where + " has no room for a file of 16 MiB; free some space."
              : "--size " + size + " is too small to tell anything; 16m is the least.");
    }
    return bytes;
  }

  private long inFolder() throws IOException {
    long usable = Files.getFileStore(where).getUsableSpace();
    if (size == null) {
      return Math.min(DEFAULT_SIZE_BYTES, usable / 2);
    }
    long bytes = wanted(size);
    if (bytes > usable) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %.1f GiB free and %.1f GiB are wanted; lower --size or name another folder.",
              where,
              usable / 0x1p30,
              bytes / 0x1p30));
    }
    return bytes;
  }

  private long onDevice() throws IOException {
    try (FileChannel channel = FileChannel.open(where, StandardOpenOption.READ)) {
      return size == null ? Math.min(DEFAULT_SIZE_BYTES, channel.size()) : wanted(size);
    }
  }

  private long wanted(String text) {
    Amount amount = Amount.parse(text);
    if (amount == null || amount.isPercentage()) {
      throw wrong("--size " + text + " is not a number and k, m, g or t.");
    }
    return amount.number();
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
