package io.larder.bench.overload;

import io.larder.bench.load.LoadHtml;
import io.larder.bench.load.LoadReport;
import io.larder.bench.plot.HtmlReport;
import io.larder.bench.plot.LinePlot;
import io.larder.bench.plot.LinePlot.Scale;
import io.larder.bench.workload.OperationKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Scenes in words, figures and plots.
 *
 * @param quiet latencies of the hot keys before, in nanoseconds
 * @param results of the scenes
 * @param bounds what has to hold
 * @param valueBytes of each value of the load
 */
public record OverloadReport(
    Histogram quiet, List<SceneResult> results, Bounds bounds, int valueBytes) {
  private static final String ROW = "%-7s %10s %10s %9s %9s %9s %9s %12s %8s %10s %9s %9s %9s";
  private static final double MEBIBYTE = 1 << 20;

  /** Counters that tell the story, with what they are called here. */
  private static final Map<String, String> COUNTERS = counters();

  private static final List<String> HEADER =
      List.of(
          "",
          "sets/s",
          "gets/s",
          "flash/s",
          "p50 us",
          "p99 us",
          "max ms",
          "machine p99",
          "hits %",
          "RSS MiB",
          "dropped",
          "pauses",
          "wrong");

  private static Map<String, String> counters() {
    Map<String, String> counters = new LinkedHashMap<>();
    counters.put("larder_demote_dropped", "items dropped");
    counters.put("larder_write_pauses", "writers paused");
    counters.put("larder_misses_dropped", "misses of dropped items");
    return counters;
  }

  /** A line for the hot keys alone and one for each scene. */
  public List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(ROW.formatted(HEADER.toArray()));
    rows().forEach(row -> lines.add(ROW.formatted(row.toArray()).stripTrailing()));
    lines.add("p50, p99, max and hits: of the gets of hot keys, by connections of their own");
    lines.add(
        "machine: how late a thread of the client woke that only slept, in us; what the server did"
            + " beyond that is its own");
    return lines;
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "quiet",
            "",
            "",
            "",
            micros(quiet, 50),
            micros(quiet, 99),
            millis(quiet.getMaxValue()),
            "",
            "",
            "",
            "",
            "",
            ""));
    for (SceneResult result : results) {
      Histogram probe = result.probe();
      double seconds = result.load().seconds();
      rows.add(
          List.of(
              result.scene().name(),
              rate(result, OperationKind.set),
              rate(result, OperationKind.get),
              number(result.grown("get_extstore") / seconds, 0),
              micros(probe, 50),
              micros(probe, 99),
              millis(probe.getMaxValue()),
              micros(result.late(), 99),
              number(result.probeHitPercent(), 2),
              number(result.rssBytesMax() / MEBIBYTE, 0),
              number(result.grown("larder_demote_dropped"), 0),
              number(result.grown("larder_write_pauses"), 0),
              String.format(Locale.ROOT, "%d", result.wrongCount())));
    }
    return rows;
  }

  private static String rate(SceneResult result, OperationKind kind) {
    return number(
        result.load().tally().of(kind).latency().getTotalCount() / result.load().seconds(), 0);
  }

  /** What did not hold, and what makes a scene worth less than it looks; a sentence each. */
  public List<String> verdicts() {
    List<String> lines = new ArrayList<>();
    for (SceneResult result : results) {
      double machineMillis = result.late().getValueAtPercentile(99) / 1e6;
      if (machineMillis > bounds.probeP99MillisMax() / 2) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%s: THE MACHINE IS BUSY: even a thread that only slept woke %.1f ms late (p99). Repeat"
                    + " this on a machine that does nothing else.",
                result.scene(),
                machineMillis));
      }
      for (String broken : bounds.broken(result)) {
        lines.add(result.scene() + ": BOUND BROKEN: " + broken + ".");
      }
      if (!result.isOverloaded()) {
        lines.add(
            result.scene()
                + ": THE DEVICE KEPT UP: nothing was dropped and nobody paused. Use more connections,"
                + " larger values, or a slower device.");
      }
    }
    if (holds()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "The bounds held: p99 of the hot keys up to %.0f ms, up to %.0f MiB resident, nothing wrong"
                  + " among %,d values.",
              bounds.probeP99MillisMax(),
              bounds.rssBytesMax() / MEBIBYTE,
              results.stream().mapToLong(SceneResult::verifiedCount).sum()));
    }
    return lines;
  }

  /** Whether all bounds held in all scenes. */
  public boolean holds() {
    return results.stream().allMatch(result -> bounds.broken(result).isEmpty());
  }

  /** Whether a wrong value was read. */
  public boolean hasWrongValues() {
    return results.stream().anyMatch(result -> result.wrongCount() > 0);
  }

  // ------------------------------------------------------------------ for programs and for people

  /** All figures for a program. */
  public List<Map<String, Object>> figures() {
    return results.stream().map(OverloadReport::figures).toList();
  }

  private static Map<String, Object> figures(SceneResult result) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("scene", result.scene().name());
    figures.put("probeP50Micros", result.probe().getValueAtPercentile(50) / 1e3);
    figures.put("probeP99Micros", result.probe().getValueAtPercentile(99) / 1e3);
    figures.put("machineP99Micros", result.late().getValueAtPercentile(99) / 1e3);
    figures.put("probeMaxMicros", result.probe().getMaxValue() / 1e3);
    figures.put("probeHitPercent", result.probeHitPercent());
    figures.put("rssBytesMax", result.rssBytesMax());
    figures.put("wrong", result.wrongCount());
    figures.put("verified", result.verifiedCount());
    Map<String, Object> grown = new LinkedHashMap<>();
    result.seconds().getLast().counters().keySet().stream()
        .filter(name -> result.grown(name) != 0)
        .forEach(name -> grown.put(name, result.grown(name)));
    figures.put("grown", grown);
    figures.put("load", LoadReport.figures(result.load()));
    figures.put(
        "seconds",
        result.seconds().stream()
            .map(second -> {
              Map<String, Object> each = new LinkedHashMap<>();
              each.put("at", second.seconds());
              each.put("probeP50Micros", second.probeMicros(50));
              each.put("probeP99Micros", second.probeMicros(99));
              each.put("rssBytes", second.rssBytes());
              COUNTERS.keySet().forEach(name -> each.put(name, second.counter(name)));
              return each;
            })
            .toList());
    return figures;
  }

  /** The whole report; {@code facts} are of machine, versions and flags. */
  public HtmlReport html(Map<String, String> facts) {
    HtmlReport report =
        new HtmlReport(
            "larder bench overload",
            "More than the device can do, and what clients notice whose items are in RAM: a few hot"
                + " keys are asked for at a steady rate by connections of their own.");
    verdicts().forEach(holds() ? report::paragraph : report::warning);
    report.table(HEADER, rows());
    report.note(
        "p50, p99, max and hits are of the gets of hot keys. Machine: how late a thread of the client"
            + " woke that only slept, in us; what the server did beyond that is its own.");
    LinePlot latencies =
        new LinePlot(
                "Gets of hot keys by percentile", "of all gets", Scale.PERCENTILES, "us", Scale.LOG)
            .line("quiet", LoadHtml.percentiles(quiet));
    results.forEach(
        result -> latencies.line(result.scene().name(), LoadHtml.percentiles(result.probe())));
    report.plot(latencies);
    for (SceneResult result : results) {
      report.heading(result.scene() + ": " + result.scene().about());
      report.plot(probe(result)).plot(memory(result)).plot(counters(result)).plot(device(result));
    }
    return report.heading("Machine, versions, flags").facts(facts);
  }

  /** Plots that stand alone, by the names of their files. */
  public Map<String, String> plots() {
    Map<String, String> plots = new LinkedHashMap<>();
    for (SceneResult result : results) {
      plots.put("overload-" + result.scene() + "-latency", probe(result).alone());
      plots.put("overload-" + result.scene() + "-memory", memory(result).alone());
      plots.put("overload-" + result.scene() + "-dropped", counters(result).alone());
    }
    return plots;
  }

  private LinePlot probe(SceneResult result) {
    LinePlot plot =
        new LinePlot(
            "%s: gets of hot keys, second by second".formatted(result.scene()),
            "seconds",
            Scale.TIME,
            "us",
            Scale.LOG);
    for (double percentile : new double[] {50, 99}) {
      plot.line(
          "p" + number(percentile, 0), course(result, second -> second.probeMicros(percentile)));
    }
    plot.line(
        "machine p99", course(result, second -> second.late().getValueAtPercentile(99) / 1e3));
    return plot.limit(bounds.probeP99MillisMax() * 1e3, "bound of p99 over the whole scene");
  }

  private LinePlot memory(SceneResult result) {
    return new LinePlot(
            "%s: memory of the server".formatted(result.scene()),
            "seconds",
            Scale.TIME,
            "MiB resident",
            Scale.LINEAR)
        .line("resident", course(result, second -> second.rssBytes() / MEBIBYTE))
        .limit(bounds.rssBytesMax() / MEBIBYTE, "bound");
  }

  private static LinePlot counters(SceneResult result) {
    LinePlot plot =
        new LinePlot(
            "%s: what the server gave up, a second".formatted(result.scene()),
            "seconds",
            Scale.TIME,
            "a second",
            Scale.LINEAR);
    COUNTERS.forEach((name, words) -> plot.line(words, rates(result, name, 1)));
    return plot;
  }

  private static LinePlot device(SceneResult result) {
    return new LinePlot(
            "%s: the device".formatted(result.scene()),
            "seconds",
            Scale.TIME,
            "MB a second",
            Scale.LINEAR)
        .line("written", rates(result, "larder_device_bytes_written", 1e-6))
        .line("read", rates(result, "extstore_bytes_read", 1e-6));
  }

  private static List<double[]> course(SceneResult result, ToDoubleFunction<Second> figure) {
    return result.seconds().stream()
        .map(second -> new double[] {second.seconds(), figure.applyAsDouble(second)})
        .toList();
  }

  private static List<double[]> rates(SceneResult result, String counter, double unit) {
    List<double[]> points = new ArrayList<>();
    double seconds = 0;
    double count = result.before().getOrDefault(counter, 0.0);
    for (Second second : result.seconds()) {
      double passed = second.seconds() - seconds;
      if (passed > 0) {
        points.add(
            new double[] {second.seconds(), (second.counter(counter) - count) / passed * unit});
      }
      seconds = second.seconds();
      count = second.counter(counter);
    }
    return points;
  }

  private static String micros(Histogram nanos, double percentile) {
    return number(nanos.getValueAtPercentile(percentile) / 1e3, 0);
  }

  private static String millis(long nanos) {
    return number(nanos / 1e6, 1);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
