package io.larder.bench.scale;

import io.larder.bench.plot.HtmlReport;
import io.larder.bench.plot.LinePlot;
import io.larder.bench.plot.LinePlot.Scale;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Points in words, figures and plots.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class ScaleReport {
  private static final String ROW = "%-20s %9s %9s %8s %8s %7s %8s %8s %8s %8s %8s";
  private static final double MEBIBYTE = 1 << 20;

  private static final List<String> HEADER =
      List.of(
          "", "gets/s", "CPU us", "p50 us", "p99 us", "hits %", "flash %", "RSS MiB", "B/item",
          "fills/s", "start s");

  private record Line(Point point, @Nullable Figures figures, String note) {}

  private final List<Line> lines = new ArrayList<>();

  /** A point was measured, now or earlier. */
  public void measured(Point point, Figures figures) {
    lines.add(new Line(point, figures, ""));
  }

  /** A point has no figures, and why. */
  public void missing(Point point, String why) {
    lines.add(new Line(point, null, why));
  }

  /** A line for each point, series by series. */
  public List<String> table() {
    List<String> table = new ArrayList<>();
    for (Series series : Series.values()) {
      if (of(series).isEmpty()) {
        continue;
      }
      table.add(series.about());
      table.add(ROW.formatted(HEADER.toArray()).stripTrailing());
      for (Line line : of(series)) {
        table.add(
            line.figures == null
                ? "%-20s %s".formatted(size(line.point), line.note)
                : ROW.formatted(cells(line.point, line.figures).toArray()).stripTrailing());
      }
      table.add("");
    }
    return table;
  }

  private List<Line> of(Series series) {
    return lines.stream()
        .filter(line -> line.point.series() == series)
        .sorted((one, other) -> Long.compare(one.point.size(), other.point.size()))
        .toList();
  }

  private static String size(Point point) {
    return String.format(Locale.ROOT, "%,d", point.size());
  }

  private static List<String> cells(Point point, Figures figures) {
    return List.of(
        size(point),
        number(figures.perSecond(), 0),
        number(figures.cpuMicros(), 2),
        number(figures.p50Micros(), 0),
        number(figures.p99Micros(), 0),
        number(figures.hitPercent(), 1),
        number(figures.flashPercent(), 1),
        number(figures.rssBytes() / MEBIBYTE, 0),
        number(figures.indexBytesPerItem(), 1),
        number(figures.fillPerSecond(), 0),
        number(figures.startSeconds(), 1));
  }

  /** All figures for a program. */
  public List<Map<String, Object>> figures() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Series series : Series.values()) {
      for (Line line : of(series)) {
        Map<String, Object> each = new LinkedHashMap<>();
        each.put("series", series.name());
        each.put("size", line.point.size());
        each.put("connections", line.point.connections());
        each.put("items", line.point.items());
        each.put("valueBytes", line.point.valueBytes());
        each.put("megabytes", line.point.megabytes());
        each.put("loops", line.point.loops());
        each.put("flashMegabytes", line.point.flashMegabytes());
        if (line.figures == null) {
          each.put("missing", line.note);
        } else {
          each.putAll(line.figures.byName());
        }
        all.add(each);
      }
    }
    return all;
  }

  /** The whole report; {@code facts} are of machine, versions and flags. */
  public HtmlReport html(Map<String, String> facts) {
    HtmlReport report =
        new HtmlReport(
            "larder bench scale",
            "Gets, uniformly at random, of servers each larger in one respect than the last, all else"
                + " being left alone.");
    for (Series series : Series.values()) {
      List<Line> all = of(series);
      if (all.isEmpty()) {
        continue;
      }
      report.heading(series.name() + ": " + series.about());
      plots(series).values().forEach(report::plot);
      report.table(
          HEADER,
          all.stream()
              .filter(line -> line.figures != null)
              .map(line -> cells(line.point, Objects.requireNonNull(line.figures)))
              .toList());
      all.stream()
          .filter(line -> line.figures == null)
          .forEach(line -> report.warning(size(line.point) + ": " + line.note));
    }
    return report.heading("Machine, versions, flags").facts(facts);
  }

  /** Plots that stand alone, by the names of their files. */
  public Map<String, String> plots() {
    Map<String, String> files = new LinkedHashMap<>();
    for (Series series : Series.values()) {
      plots(series)
          .forEach((name, plot) -> {
            if (!plot.isEmpty()) {
              files.put("scale-" + series.name() + "-" + name, plot.alone());
            }
          });
    }
    return files;
  }

  private Map<String, LinePlot> plots(Series series) {
    Map<String, LinePlot> plots = new LinkedHashMap<>();
    plots.put(
        "throughput",
        plot(series, "throughput", "gets a second", Scale.LINEAR)
            .line("gets", course(series, Figures::perSecond)));
    plots.put(
        "cpu",
        plot(series, "CPU of the server a get", "us", Scale.LINEAR)
            .line("CPU", course(series, Figures::cpuMicros)));
    plots.put(
        "latency",
        plot(series, "latency", "us", Scale.LOG)
            .line("p50", course(series, Figures::p50Micros))
            .line("p99", course(series, Figures::p99Micros)));
    plots.put(
        "memory",
        plot(series, "memory of the server", "MiB resident", Scale.LINEAR)
            .line("resident", course(series, figures -> figures.rssBytes() / MEBIBYTE)));
    return plots;
  }

  private static LinePlot plot(Series series, String what, String unit, Scale scale) {
    return new LinePlot(series.name() + ": " + what, series.about(), Scale.STEPS, unit, scale);
  }

  private List<double[]> course(Series series, ToDoubleFunction<Figures> figure) {
    List<double[]> points = new ArrayList<>();
    for (Line line : of(series)) {
      if (line.figures != null) {
        points.add(new double[] {line.point.size(), figure.applyAsDouble(line.figures)});
      }
    }
    return points;
  }

  private static String number(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : "";
  }
}
