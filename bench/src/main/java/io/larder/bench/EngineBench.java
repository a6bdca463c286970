package io.larder.bench;

import io.larder.bench.engine.Contender;
import io.larder.bench.engine.StoreSize;
import io.larder.bench.fio.Fio;
import io.larder.bench.report.Amount;
import io.larder.bench.report.Machine;
import io.larder.bench.report.Measure;
import io.larder.bench.report.Progress;
import io.larder.bench.report.Results;
import io.larder.uring.UringProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code larder bench-engine}: the engine and fio, on the same device in the same run. */
@Command(
    name = "larder bench-engine",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {"Measures the flash engine beside fio, on the same device and in the same run.", ""},
    description = {
      "",
      "Fills a file by appending records, which gives the append bandwidth, then reads whole records"
          + " at random, so many at a time, on one event loop. Every record is checked. Engine and fio"
          + " take turns, the other one first in each round: read the ratios (x fio) rather than the"
          + " figures when others use the machine or the device, and CPU rather than throughput.",
      "",
      "fio writes blocks of 4 MiB, as the engine does: one at a time and always the same bytes, which"
          + " the processor has at hand; and, as fio/fresh, bytes made anew for each block, as a cache's"
          + " are, two blocks at a time. It reads blocks of the size of a record from the engine's own"
          + " file. Both bypass the page cache. Without fio its rows stay away.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder bench-engine                                     a 4 GiB file in the present folder",
      "  larder bench-engine --file /mnt/flash/bench --size 64g --rounds 5",
      "  larder bench-engine --size 1g --depths 32 --io both --json figures.json",
      "",
      "The files are removed at the end. A device with burst credits needs pauses between runs.",
      "",
      "Exit codes: 0 measured, 1 something failed, 2 wrong option."
    })
public final class EngineBench implements Callable<Integer> {
  private static final double WARM_UP_SECONDS_MAX = 2;
  private static final int DEPTH_MAX = 256;
  private static final int BLOCK_BYTES = 512;

  /** How reads are carried. */
  enum Io {
    io_uring,
    nio,
    both
  }

  @Option(
      names = "--file",
      paramLabel = "PATH",
      description = "The file to make; it must not exist. Default: larder-bench.flash.")
  Path file = Path.of("larder-bench.flash");

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "Of the file: a number and m or g; at least 32m. Default: 4g.")
  String size = "4g";

  @Option(
      names = "--page-mb",
      paramLabel = "MIB",
      description =
          "Of a page: 4, 8, 16, 32 or 64. Default: as a server would choose, a 256th of the file.")
  int pageMebibytes;

  @Option(
      names = "--record-bytes",
      paramLabel = "BYTES",
      description = "Of each record, 24 to 1048576. Default: 4096.")
  int recordBytes = 4096;

  @Option(
      names = "--depths",
      paramLabel = "N,N",
      split = ",",
      description = "Reads at a time, 1 to 256 each. Default: 1,8,32,64.")
  List<Integer> depths = List.of(1, 8, 32, 64);

  @Option(names = "--seconds", paramLabel = "S", description = "Of each run of reads. Default: 5.")
  int seconds = 5;

  @Option(names = "--rounds", paramLabel = "N", description = "How many. Default: 3.")
  int rounds = 3;

  @Option(
      names = "--io",
      paramLabel = "WAY",
      description = "io_uring, nio or both. Default: io_uring.")
  Io io = Io.io_uring;

  @Option(names = "--no-fio", description = "Leave fio out although it is installed.")
  boolean withoutFio;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every round of every run there, too.")
  @Nullable Path json;

  @Spec CommandSpec spec = CommandSpec.create();

  /** Runs the command and ends the process. */
  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command, which says in one sentence what went wrong. */
  static CommandLine commandLine() {
    return OneSentence.of(new EngineBench());
  }

  @Override
  public Integer call() throws IOException {
    StoreSize cut = cut(checkedSize());
    Fio fio = withoutFio ? null : Fio.find();
    checkRoom(cut.fileBytes() * (fileCount() + (fio == null ? 0 : 1)));
    Map<String, String> machine = Machine.facts(file);
    machine.put("fio", fio != null ? fio.version() : withoutFio ? "left out" : "not installed");
    machine.put(
        "file",
        "%,d bytes in pages of %,d; %,d records of %,d bytes"
            .formatted(cut.fileBytes(), cut.pageBytes(), cut.recordCount(), recordBytes));
    Results results = new Results();
    List<Contender> contenders = contenders(cut);
    try {
      measure(contenders, fio, cut, results);
      machine.put(
          "page cache",
          contenders.stream().allMatch(Contender::isDirect) ? "bypassed" : "in use by the engine");
    } finally {
      closeAll(contenders);
    }
    PrintWriter out = spec.commandLine().getOut();
    machine.forEach((name, value) -> out.println("%-12s %s".formatted(name, value)));
    out.println();
    results.table().forEach(out::println);
    out.flush();
    if (json != null) {
      Files.writeString(json, results.json(machine));
    }
    return CommandLine.ExitCode.OK;
  }

  // ------------------------------------------------------------------ what can be said against it

  private long checkedSize() {
    Amount amount = Amount.parse(size);
    if (amount == null || amount.isPercentage()) {
      throw wrong("--size " + size + " is not a number and k, m, g or t.");
    }
    long bytes = amount.number();
    if (bytes < StoreSize.FILE_BYTES_MIN) {
      throw wrong("--size " + size + " is too small to cut into pages; 32m is the least.");
    }
    if (recordBytes < StoreSize.recordBytesMin() || recordBytes > 1 << 20) {
      throw wrong("--record-bytes " + recordBytes + " is not between 24 and 1048576.");
    }
    if (rounds < 1 || seconds < 1) {
      throw wrong("--rounds and --seconds are at least 1.");
    }
    for (int depth : depths) {
      if (depth < 1 || depth > DEPTH_MAX) {
        throw wrong("--depths has " + depth + ", which is not between 1 and 256.");
      }
    }
    return bytes;
  }

  private StoreSize cut(long fileBytes) {
    if (pageMebibytes == 0) {
      return StoreSize.of(fileBytes, recordBytes);
    }
    int pageBytes = pageMebibytes << 20;
    if (!List.of(4, 8, 16, 32, 64).contains(pageMebibytes)) {
      throw wrong("--page-mb " + pageMebibytes + " is not 4, 8, 16, 32 or 64.");
    }
    if (fileBytes < 8L * pageBytes) {
      throw wrong("--size " + size + " has no room for 8 pages of " + pageMebibytes + " MiB.");
    }
    return StoreSize.of(fileBytes, pageBytes, recordBytes);
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private int fileCount() {
    return io == Io.both ? 2 : 1;
  }

  private Path beside(String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private void checkRoom(long wantedBytes) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw wrong("--file " + file + " is in no folder that exists; name another.");
    }
    for (Path each : List.of(file, beside(".nio"), beside(".fio"))) {
      if (Files.exists(each)) {
        throw wrong(each + " exists and would be lost; remove it or name another --file.");
      }
    }
    long usable = Files.getFileStore(folder).getUsableSpace();
    if (usable < wantedBytes) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %.1f GiB free and %.1f GiB are needed; lower --size or name another --file.",
              folder,
              usable / 0x1p30,
              wantedBytes / 0x1p30));
    }
  }

  // ------------------------------------------------------------------ measuring

  private List<Contender> contenders(StoreSize cut) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    if (io != Io.nio) {
      UringProbe probe = UringProbe.run();
      if (!probe.works()) {
        throw new IOException(probe.reason() + "; use --io nio.");
      }
      contenders.add(Contender.ioUring(file, cut, probe));
    }
    if (io != Io.io_uring) {
      contenders.add(Contender.nio(io == Io.both ? beside(".nio") : file, cut));
    }
    return contenders;
  }

  private static void closeAll(List<Contender> contenders) throws IOException {
    for (Contender contender : contenders) {
      contender.close();
    }
  }

  private interface Run {
    void run() throws IOException;
  }

  private void measure(
      List<Contender> contenders, @Nullable Fio fio, StoreSize cut, Results results)
      throws IOException {
    int warmUps = contenders.size() * (1 + depths.size());
    int appends = contenders.size() + (fio == null ? 0 : 2);
    int reads = depths.size() * (contenders.size() + (fio == null ? 0 : 1));
    try (Progress progress = Progress.over("runs", warmUps + rounds * (appends + reads))) {
      // What the compiler does at first is no property of the engine.
      for (Contender contender : contenders) {
        contender.append();
        progress.step();
      }
      for (int round = 0; round < rounds; round++) {
        List<Run> runs = new ArrayList<>();
        for (Contender contender : contenders) {
          runs.add(() -> results.append(contender.name(), contender.append()));
        }
        if (fio != null) {
          Path written = beside(".fio");
          int blockBytes = StoreSize.WRITE_BUFFER_BYTES;
          runs.add(
              () -> results.append(Results.FIO, fio.append(written, cut.fileBytes(), blockBytes)));
          runs.add(() ->
              results.append(
                  Results.FIO_FRESH, fio.appendFresh(written, cut.fileBytes(), blockBytes)));
        }
        inTurn(runs, round, progress);
      }
      for (Contender contender : contenders) {
        for (int depth : depths) {
          contender.read(depth, Math.min(WARM_UP_SECONDS_MAX, seconds));
          progress.step();
        }
      }
      for (int round = 0; round < rounds; round++) {
        for (int depth : depths) {
          inTurn(readRuns(contenders, fio, cut, depth, results), round, progress);
        }
      }
    }
  }

  private List<Run> readRuns(
      List<Contender> contenders, @Nullable Fio fio, StoreSize cut, int depth, Results results) {
    List<Run> runs = new ArrayList<>();
    for (Contender contender : contenders) {
      runs.add(() -> results.read(depth, contender.name(), contender.read(depth, seconds)));
    }
    if (fio != null) {
      int blockBytes = (recordBytes + BLOCK_BYTES - 1) & -BLOCK_BYTES;
      Path read = contenders.getFirst().file();
      runs.add(() -> {
        Measure measure = fio.randomRead(read, cut.fileBytes(), blockBytes, depth, seconds);
        results.read(depth, Results.FIO, measure);
      });
    }
    return runs;
  }

  /** Somebody else goes first in each round. */
  private static void inTurn(List<Run> runs, int round, Progress progress) throws IOException {
    Collections.rotate(runs, round);
    for (Run run : runs) {
      run.run();
      progress.step();
    }
  }
}
