package io.larder.bench;

import io.larder.bench.report.Machine;
import io.larder.bench.report.Progress;
import io.larder.bench.scale.Figures;
import io.larder.bench.scale.KeptFigures;
import io.larder.bench.scale.Point;
import io.larder.bench.scale.PointRun;
import io.larder.bench.scale.ScaleReport;
import io.larder.bench.scale.Series;
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

/** {@code larder bench scale}: what becomes of throughput, latency and memory as things grow. */
@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {"Measures Larder as one thing after another grows.", ""},
    description = {
      "",
      "connections: 1 to 10,000. items: 10 thousand to 50 million, from all in RAM to nearly all on"
          + " flash. memory: -m from 64 MB to 8 GB, filled. loops: 1, 2 and 4 event loops. Each point is a"
          + " server of its own, filled and then read from at random. All series take turns, small points"
          + " first, so that a run that is cut short by --minutes has something of each.",
      "",
      "With --keep a run that was ended goes on where it was: a point whose figures are there is not"
          + " measured again. On a machine that others use, believe CPU before throughput.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder bench scale --keep points --html scale.html",
      "  larder bench scale --series connections,loops --seconds 10",
      "  larder bench scale --items-max 50000000 --folder /mnt/flash --minutes 120",
      "",
      "10,000 connections need as many file descriptors (ulimit -n). 50 million items take 12 GB of"
          + " flash.",
      "",
      "Exit codes: 0 measured, 1 a point failed, 2 wrong option."
    })
public final class ScaleBench implements Callable<Integer> {
  private static final double SECONDS_PER_MINUTE = 60;

  @Mixin LarderOptions larder = new LarderOptions();

  @Option(
      names = "--series",
      paramLabel = "NAME,..",
      split = ",",
      description = "${COMPLETION-CANDIDATES}. Default: all of them.")
  List<Series> series = List.of(Series.values());

  @Option(
      names = "--connections-max",
      paramLabel = "N",
      description = "Largest point of that series. Default: 10000.")
  long connectionsMax = 10_000;

  @Option(
      names = "--items-max",
      paramLabel = "N",
      description = "Largest point of that series. Default: 10000000.")
  long itemsMax = 10_000_000;

  @Option(
      names = "--memory-max",
      paramLabel = "MB",
      description = "Largest point of that series. Default: 8192.")
  long memoryMax = 8192;

  @Option(
      names = "--loops-max",
      paramLabel = "N",
      description = "Largest point of that series. Default: 4.")
  long loopsMax = 4;

  @Option(names = "--seconds", paramLabel = "S", description = "Of each measurement. Default: 5.")
  double seconds = 5;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description =
          "The same load before, not counted: a server's first requests cost more, as its JVM is still"
              + " compiling. Default: 6.")
  double warmUp = 6;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "After so long no further point is begun. Default: 60.")
  double minutes = 60;

  @Option(
      names = "--keep",
      paramLabel = "FOLDER",
      description = "Where the figures of each point are kept, and looked for before.")
  @Nullable Path keep;

  @Mixin ReportOptions files = new ReportOptions();

  @Mixin PlotOptions plots = new PlotOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (!(seconds > 0) || !(minutes > 0) || !(warmUp >= 0)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds and --minutes are above 0, --warm-up not below.");
    }
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> facts = new LinkedHashMap<>(Machine.facts(larder.folder.resolve("file")));
    facts.put("measured", String.format(Locale.ROOT, "gets for %s s at each point", seconds));
    facts.forEach((name, value) -> out.println("%-12s%s".formatted(name, value)));
    out.println();
    out.flush();
    ScaleReport report = new ScaleReport();
    boolean isWhole = measure(report);
    report.table().forEach(out::println);
    out.flush();
    write(report, facts);
    return isWhole ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  /** Measures all points; whether none of them failed. */
  private boolean measure(ScaleReport report) throws IOException {
    KeptFigures kept = new KeptFigures(keep);
    PointRun run = new PointRun(larder.launcher, larder.folder, warmUp, seconds);
    long end = System.nanoTime() + (long) (minutes * SECONDS_PER_MINUTE * 1e9);
    boolean isWhole = true;
    List<Point> points = points();
    try (Progress progress = Progress.over("points", points.size())) {
      for (Point point : points) {
        Figures figures = kept.find(point, seconds);
        if (figures != null) {
          report.measured(point, figures);
        } else if (System.nanoTime() > end) {
          report.missing(point, "not measured: --minutes were over");
        } else {
          isWhole &= measure(point, run, kept, report);
        }
        progress.step();
      }
    }
    return isWhole;
  }

  private boolean measure(Point point, PointRun run, KeptFigures kept, ScaleReport report)
      throws IOException {
    Figures figures;
    try {
      figures = run.measure(point);
    } catch (IOException e) {
      report.missing(point, "FAILED: " + e.getMessage());
      return false;
    }
    kept.keep(point, seconds, figures);
    report.measured(point, figures);
    return true;
  }

  /** Of all series in turn, small ones first. */
  private List<Point> points() {
    Series.Limits limits = new Series.Limits(connectionsMax, itemsMax, memoryMax, loopsMax);
    List<List<Point>> all = series.stream().map(each -> each.points(limits)).toList();
    int longest = all.stream().mapToInt(List::size).max().orElse(0);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < longest; i++) {
      for (List<Point> each : all) {
        if (i < each.size()) {
          points.add(each.get(i));
        }
      }
    }
    return points;
  }

  private void write(ScaleReport report, Map<String, String> facts) throws IOException {
    files.write(facts, Map.of("points", report.figures()), () -> report.html(facts));
    plots.write(report.plots());
  }
}
