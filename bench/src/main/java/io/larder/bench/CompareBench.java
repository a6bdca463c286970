package io.larder.bench;

import io.larder.bench.compare.Contest;
import io.larder.bench.compare.ContestHtml;
import io.larder.bench.compare.Contestant;
import io.larder.bench.compare.Scenario;
import io.larder.bench.compare.StartedServer;
import io.larder.bench.fio.Fio;
import io.larder.bench.report.Machine;
import io.larder.bench.report.Measure;
import io.larder.bench.report.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
import picocli.CommandLine.Spec;

/** {@code larder bench compare}: servers that take turns under the same loads. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {"Compares Larder with a memcached, or servers that run with each other.", ""},
    description = {
      "",
      "All servers are filled, then take turns: every scenario on each of them, somebody else first in"
          + " each round. What counts are the ratios within a round, and of these the median: a machine"
          + " that changes from round to round changes both sides. A difference is only called where so"
          + " many rounds agree that it is hardly an accident (sign test, 5 %%), which takes six rounds"
          + " at least; elsewhere there is a question mark.",
      "",
      "Scenarios of flash keep more than RAM holds. memcached needs RAM for each item on flash, or it"
          + " evicts them; so it has a -m of its own there, and is told to move items to flash after a"
          + " second (ext_item_age=1), so that its gets are reads of flash all the same: the table has"
          + " the share. It reads its file through the page cache, which is emptied of it before each"
          + " run. If fio is installed it measures the device before and after: a device that has become"
          + " slower meanwhile makes the run worthless.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder bench compare --memcached /usr/bin/memcached",
      "  larder bench compare --memcached /usr/bin/memcached --scenarios flash --ext-threads 1,8",
      "  larder bench compare --running a=127.0.0.1:11211@4711 --running b=127.0.0.1:11212@4712",
      "",
      "Exit codes: 0 measured, 1 something failed, 2 wrong option."
    })
public final class CompareBench implements Callable<Integer> {
  private static final double WARM_UP_SECONDS = 3;
  private static final int FIO_DEPTH = 32;
  private static final int FIO_SECONDS = 2;
  private static final int FIO_BLOCK_BYTES = 4096;
  private static final double SAME_DEVICE_MIN = 0.8;
  private static final int RAM_VALUE_BYTES = 100;
  private static final int FLASH_VALUE_BYTES = 4000;
  private static final int MEMCACHED_FLASH_MB = 512;
  private static final String LARDER = "larder";
  private static final String MEMCACHED = "memcached";

  @Option(
      names = "--memcached",
      paramLabel = "PATH",
      description = "The program to compare Larder with; both are started.")
  @Nullable Path memcached;

  @Mixin LarderOptions larder = new LarderOptions();

  @Option(
      names = "--running",
      paramLabel = "NAME=WHERE[@PID]",
      description = "A server that runs; at least two, the first is what others are compared with.")
  List<String> running = new ArrayList<>();

  @Option(
      names = "--scenarios",
      paramLabel = "NAME,..",
      split = ",",
      description =
          "${COMPLETION-CANDIDATES}. Those of flash not together with others."
              + " Default: get,pipeline,multiget,set.")
  List<Scenario> scenarios =
      List.of(Scenario.get, Scenario.pipeline, Scenario.multiget, Scenario.set);

  @Option(names = "--rounds", paramLabel = "N", description = "How many. Default: 9.")
  int rounds = 9;

  @Option(names = "--seconds", paramLabel = "S", description = "Of each run. Default: 3.")
  double seconds = 3;

  @Option(
      names = "--keys",
      paramLabel = "N",
      description = "How many. Default: 200000, of flash 300000.")
  long keys;

  @Option(
      names = "--value-size",
      paramLabel = "BYTES",
      description = "Of each value. Default: 100, of flash 4000.")
  int valueSize;

  @Option(
      names = "--load-rate",
      paramLabel = "R",
      description =
          "Keys a second while filling, so that none is dropped for want of time to write."
              + " Default: of flash 20000, else as many as are answered.")
  double loadRate;

  @Option(
      names = "-m",
      paramLabel = "MB",
      description = "Of the servers. Default: 1024, of flash 64.")
  int megabytes;

  @Option(
      names = "--memcached-m",
      paramLabel = "MB",
      description = "-m of memcached. Default: as the others, of flash 512.")
  int memcachedMegabytes;

  @Option(
      names = "--ext-threads",
      paramLabel = "N,..",
      split = ",",
      description =
          "ext_threads of memcached, of flash: one is started for each. Default: 1, as memcached's.")
  List<Integer> extThreads = List.of(1);

  @Option(names = "-t", paramLabel = "N", description = "Threads of the servers. Default: 1.")
  int threads = 1;

  @Option(
      names = "--flash-mb",
      paramLabel = "MB",
      description = "Of each flash file. Default: 4096.")
  int flashMegabytes = 4096;

  @Mixin ReportOptions files = new ReportOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    check();
    List<StartedServer> started = new ArrayList<>();
    try {
      List<Contestant> contestants = new ArrayList<>();
      for (String each : running) {
        contestants.add(contestant(each));
      }
      if (memcached != null) {
        for (int ext : isOfFlash() ? extThreads : List.of(0)) {
          started.add(startMemcached(memcached, ext));
        }
        started.add(startLarder());
        started.forEach(server -> contestants.add(server.contestant()));
      }
      compare(contestants);
    } finally {
      for (StartedServer server : started) {
        server.close();
      }
      StartedServer.removeFlash(flashFile(LARDER));
      for (int ext : extThreads) {
        StartedServer.removeFlash(flashFile(memcachedName(ext)));
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private void check() {
    boolean ofFlash = isOfFlash();
    if (memcached == null && running.size() < 2) {
      throw wrong("Name a --memcached, or two servers that are --running.");
    }
    if (scenarios.stream().anyMatch(scenario -> scenario.isOfFlash() != ofFlash)) {
      throw wrong("Scenarios of flash need servers of their own; run the others apart.");
    }
    if (extThreads.stream().anyMatch(ext -> ext < 1)) {
      throw wrong("--ext-threads are at least 1.");
    }
    if (rounds < 1 || !(seconds > 0) || threads < 1 || flashMegabytes < 64) {
      throw wrong("--rounds and -t are at least 1, --seconds above 0, --flash-mb at least 64.");
    }
    keys = keys > 0 ? keys : ofFlash ? 300_000 : 200_000;
    valueSize = valueSize > 0 ? valueSize : ofFlash ? FLASH_VALUE_BYTES : RAM_VALUE_BYTES;
    megabytes = megabytes > 0 ? megabytes : ofFlash ? 64 : 1024;
    memcachedMegabytes =
        memcachedMegabytes > 0 ? memcachedMegabytes : ofFlash ? MEMCACHED_FLASH_MB : megabytes;
    loadRate = loadRate > 0 || !ofFlash ? loadRate : 20_000;
  }

  private Contestant contestant(String text) {
    try {
      return Contestant.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong("--running: " + e.getMessage() + ".");
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private boolean isOfFlash() {
    return scenarios.getFirst().isOfFlash();
  }

  private Path flashFile(String name) {
    return larder.flashFile("larder-bench-compare." + name.replace('/', '-'));
  }

  /** Of a memcached with so many I/O threads; zero if it has no flash. */
  private String memcachedName(int ext) {
    return ext == 0 || extThreads.size() == 1 ? MEMCACHED : MEMCACHED + "/" + ext;
  }

  private List<String> sizes(int ofMegabytes) {
    return List.of(("-m " + ofMegabytes + " -t " + threads + " -p {port}").split(" "));
  }

  private StartedServer startMemcached(Path program, int ext) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), "-l", "127.0.0.1"));
    command.addAll(sizes(memcachedMegabytes));
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("-u", "root"));
    }
    String name = memcachedName(ext);
    if (!isOfFlash()) {
      return StartedServer.start(name, command, null);
    }
    Path flash = flashFile(name);
    command.add("-o");
    command.add(
        "ext_path=%s:%dm,ext_item_age=1,ext_threads=%d".formatted(flash, flashMegabytes, ext));
    return StartedServer.start(name, command, flash);
  }

  private StartedServer startLarder() throws IOException {
    List<String> command = new ArrayList<>(List.of(larder.launcher.toString(), "serve"));
    command.addAll(sizes(megabytes));
    if (isOfFlash()) {
      command.addAll(List.of("-o", "ext_path=" + flashFile(LARDER) + ":" + flashMegabytes + "m"));
    } else {
      command.add("--ram-only");
    }
    return StartedServer.start(LARDER, command, null);
  }

  private void compare(List<Contestant> contestants) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> facts = new LinkedHashMap<>(Machine.facts(flashFile(LARDER)));
    contestants.forEach(contestant -> facts.put(contestant.name(), contestant.about()));
    facts.put(
        "load",
        String.format(
            Locale.ROOT,
            "%,d keys, values of %d B, %d rounds of %s s",
            keys,
            valueSize,
            rounds,
            seconds));
    facts.forEach((name, value) -> out.println("%-12s %s".formatted(name, value)));
    out.println();
    out.flush();
    Contest contest = new Contest(contestants, scenarios, keys, valueSize, seconds);
    contest.load(loadRate);
    contest.warmUp(Math.min(WARM_UP_SECONDS, seconds));
    double before = deviceReads();
    try (Progress progress = Progress.over("runs", (long) rounds * contest.runsPerRound())) {
      for (int round = 0; round < rounds; round++) {
        contest.round(round, progress::step);
      }
    }
    double after = deviceReads();
    contest.table().forEach(out::println);
    if (Double.isFinite(before)) {
      String device =
          String.format(
              Locale.ROOT,
              "fio, 4 KiB reads at depth 32: %.0f/s before, %.0f/s after%s",
              before,
              after,
              Math.min(before, after) < SAME_DEVICE_MIN * Math.max(before, after)
                  ? ": NOT THE SAME DEVICE ANY MORE, repeat the run"
                  : "");
      out.println(device);
      facts.put("device check", device);
    }
    out.flush();
    files.write(facts, Map.of("runs", contest.figures()), () -> ContestHtml.report(contest, facts));
  }

  /** Reads a second that the device gives fio; NaN without fio or without flash files of ours. */
  private double deviceReads() throws IOException {
    Fio fio = isOfFlash() && memcached != null ? Fio.find() : null;
    if (fio == null) {
      return Double.NaN;
    }
    Measure measure =
        fio.randomRead(
            flashFile(LARDER),
            (long) flashMegabytes << 20,
            FIO_BLOCK_BYTES,
            FIO_DEPTH,
            FIO_SECONDS);
    return measure.perSecond();
  }
}
