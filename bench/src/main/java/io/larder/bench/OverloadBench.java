package io.larder.bench;

import io.larder.bench.compare.StartedServer;
import io.larder.bench.load.LoadResult;
import io.larder.bench.load.ServerProcess;
import io.larder.bench.overload.Bounds;
import io.larder.bench.overload.Overload;
import io.larder.bench.overload.OverloadReport;
import io.larder.bench.overload.Scene;
import io.larder.bench.overload.SceneResult;
import io.larder.bench.report.Machine;
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
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code larder bench overload}: more than a device can do, and what others notice of it. */
@Command(
    name = "overload",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {"Asks more of Larder than its device can do, and says what others notice of it.", ""},
    description = {
      "",
      "Starts a server with a flash file and plays scenes of five minutes each: sets faster than the"
          + " device writes, gets faster than it reads, both. Meanwhile a few hot keys, which are in RAM,"
          + " are asked for at a steady rate by connections of their own, latency counting from when each"
          + " get was meant to start; and the server's memory and counters are read every second.",
      "",
      "Three things have to hold: p99 of the hot keys over a scene once it has settled, the server's memory, and that no"
          + " value is wrong: every one that is read is checked, and no read returns what was replaced"
          + " before it was sent. Values may be missing: the server drops what the device does not take,"
          + " and counts it. A thread of the client that only sleeps shows how late everybody is on this"
          + " machine, whatever the server does.",
      "",
      "On a fast device the client may be too slow to ask too much of it, which is said. A device can be"
          + " made slower by a control group (docs/benchmarks.md).",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder bench overload --folder /mnt/flash --html overload.html",
      "  larder bench overload --scenes sets --seconds 30 --value-size 64000",
      "",
      "Exit codes: 0 the bounds held, 1 something failed, 2 wrong option, 3 wrong values were read,",
      "4 another bound did not hold."
    })
public final class OverloadBench implements Callable<Integer> {
  static final int EXIT_BROKEN = 4;
  private static final double QUIET_SECONDS_MAX = 10;
  private static final double FILLED_SHARE = 0.6;
  private static final int ITEM_OVERHEAD_BYTES = 128;
  private static final int MEBIBYTE_BITS = 20;

  @Mixin LarderOptions larder = new LarderOptions();

  @Option(
      names = "--scenes",
      paramLabel = "NAME,..",
      split = ",",
      description = "${COMPLETION-CANDIDATES}. Default: all of them.")
  List<Scene> scenes = List.of(Scene.values());

  @Option(names = "--seconds", paramLabel = "S", description = "Of each scene. Default: 300.")
  double seconds = 300;

  @Option(
      names = "--settle",
      paramLabel = "S",
      description =
          "At the beginning of each scene, latencies are shown and not judged: memory is touched for the"
              + " first time, and the server's JVM still compiles. Default: 10.")
  double settle = 10;

  @Option(names = "--flash-mb", paramLabel = "MB", description = "Of that file. Default: 4096.")
  int flashMegabytes = 4096;

  @Option(names = "-m", paramLabel = "MB", description = "Of the server. Default: 256.")
  int megabytes = 256;

  @Option(names = "-t", paramLabel = "N", description = "Threads of the server. Default: 1.")
  int threads = 1;

  @Option(
      names = "--value-size",
      paramLabel = "BYTES",
      description = "Of each value. Default: 16000.")
  int valueSize = 16_000;

  @Option(names = "--connections", paramLabel = "N", description = "Of the load. Default: 50.")
  int connections = 50;

  @Option(
      names = "--pipeline",
      paramLabel = "N",
      description = "Requests under way on each of them. Default: 16.")
  int pipeline = 16;

  @Option(
      names = "--load-rate",
      paramLabel = "R",
      description = "Keys a second while filling, before gets. Default: 100 MB a second.")
  double loadRate;

  @Option(
      names = "--probe-rate",
      paramLabel = "R",
      description = "Gets of hot keys a second. Default: 500.")
  double probeRate = 500;

  @Option(
      names = "--probe-p99-ms",
      paramLabel = "MS",
      description = "How long p99 of them may take, over a scene. Default: 50.")
  double probeP99Millis = 50;

  @Option(
      names = "--rss-over-mb",
      paramLabel = "MB",
      description = "How much memory the server may hold beyond -m. Default: 250.")
  int rssOverMegabytes = 250;

  @Mixin ReportOptions files = new ReportOptions();

  @Mixin PlotOptions plots = new PlotOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    check();
    Path flash = larder.flashFile("larder-bench-overload.flash");
    try (StartedServer server = StartedServer.start("larder", command(flash), null)) {
      return play(server);
    } finally {
      StartedServer.removeFlash(flash);
    }
  }

  private void check() {
    if (!(seconds > 0) || !(probeRate > 0) || !(probeP99Millis > 0) || loadRate < 0) {
      throw wrong("--seconds, --probe-rate and --probe-p99-ms are above 0, --load-rate not below.");
    }
    if (connections < 1 || pipeline < 1 || threads < 1 || megabytes < 8 || flashMegabytes < 64) {
      throw wrong(
          "--connections, --pipeline and -t are at least 1, -m is at least 8, --flash-mb 64.");
    }
    if (valueSize < 24 || valueSize > 1 << (MEBIBYTE_BITS - 1)) {
      throw wrong("--value-size " + valueSize + " is not between 24 and 524288.");
    }
  }

  private List<String> command(Path flash) {
    return List.of(
        larder.launcher.toString(),
        "serve",
        "-m",
        "" + megabytes,
        "-t",
        "" + threads,
        "-p",
        "{port}",
        "-o",
        "ext_path=" + flash + ":" + flashMegabytes + "m");
  }

  private int play(StartedServer server) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    double flashBytes = (double) ((long) flashMegabytes << MEBIBYTE_BITS);
    long keys = (long) Math.max(100, FILLED_SHARE * flashBytes / (valueSize + ITEM_OVERHEAD_BYTES));
    Map<String, String> facts = new LinkedHashMap<>(Machine.facts(larder.folder.resolve("file")));
    facts.put("larder", server.contestant().about());
    facts.put(
        "load",
        String.format(
            Locale.ROOT,
            "%,d keys, values of %,d B, %d connections, %d under way on each, scenes of %.0f s",
            keys,
            valueSize,
            connections,
            pipeline,
            seconds));
    facts.put("hot keys", String.format(Locale.ROOT, "%.0f gets a second", probeRate));
    facts.forEach((name, value) -> out.println("%-12s%s".formatted(name, value)));
    out.println();
    out.flush();
    ServerProcess process = new ServerProcess(server.pid());
    Overload overload =
        new Overload(
            server.contestant(),
            process,
            new Overload.LoadShape(keys, valueSize, connections, pipeline, probeRate));
    Histogram quiet = overload.quiet(Math.min(QUIET_SECONDS_MAX, seconds));
    List<SceneResult> results = new ArrayList<>();
    boolean isFilled = false;
    for (Scene scene : scenes) {
      if (scene != Scene.sets && !isFilled) {
        fill(overload, keys);
        isFilled = true;
      }
      try (Progress progress = Progress.over(scene.name(), Math.round(seconds))) {
        results.add(overload.play(scene, settle, seconds, progress::step));
      }
    }
    OverloadReport report =
        new OverloadReport(
            quiet,
            results,
            new Bounds(probeP99Millis, (long) (megabytes + rssOverMegabytes) << MEBIBYTE_BITS),
            valueSize);
    report.table().forEach(out::println);
    report.verdicts().forEach(out::println);
    out.flush();
    write(report, facts);
    return report.hasWrongValues()
        ? LoadBench.EXIT_WRONG_VALUES
        : report.holds() ? CommandLine.ExitCode.OK : EXIT_BROKEN;
  }

  private void fill(Overload overload, long keys) throws IOException {
    double rate = loadRate > 0 ? loadRate : 1e8 / valueSize;
    try (Progress progress = Progress.over("fill", keys)) {
      LoadResult filled = overload.fill(rate, (requests, _) -> progress.stepTo(requests, ""));
      if (filled.tally().errorCount() > 0) {
        throw new IOException("the server has refused to be filled: " + filled.tally().errors());
      }
    }
  }

  private void write(OverloadReport report, Map<String, String> facts) throws IOException {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("holds", report.holds());
    figures.put("scenes", report.figures());
    files.write(facts, figures, () -> report.html(facts));
    plots.write(report.plots());
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
