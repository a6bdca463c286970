package io.larder.bench.load;

import io.larder.bench.plot.HtmlReport;
import io.larder.bench.plot.LinePlot;
import io.larder.bench.plot.LinePlot.Scale;
import io.larder.bench.workload.OperationKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** Phases of a run in a report for people. */
public final class LoadHtml {
  private static final double NANOS_PER_MICRO = 1000;
  private static final int PERCENTILE_STEPS = 5;

  private LoadHtml() {}

  /** Adds a phase: its table, its latencies, its course. */
  public static void add(HtmlReport report, LoadResult result, Phase phase) {
    report.heading(phase.loads() ? "Filling" : "Measured");
    LoadReport.warnings(result, phase).forEach(report::warning);
    report.tiles(tiles(result));
    report.table(LoadReport.HEADER, LoadReport.rows(result));
    LoadReport.costs(result).forEach(report::note);
    report.plot(latencies(result)).plot(course(result));
  }

  private static Map<String, String> tiles(LoadResult result) {
    Map<String, String> tiles = new LinkedHashMap<>();
    tiles.put("keys a second", String.format(Locale.ROOT, "%,.0f", result.keysPerSecond()));
    Histogram reads = result.tally().of(OperationKind.get).latency();
    Histogram latency =
        reads.getTotalCount() > 0 ? reads : result.tally().of(OperationKind.set).latency();
    tiles.put("p50", micros(latency, 50));
    tiles.put("p99", micros(latency, 99));
    tiles.put("p99.9", micros(latency, 99.9));
    if (Double.isFinite(result.serverCpuSeconds())) {
      tiles.put(
          "server CPU a key",
          String.format(Locale.ROOT, "%.2f us", result.serverCpuMicrosPerKey()));
    }
    if (result.tally().verifiedCount() > 0) {
      tiles.put(
          "wrong of the values checked",
          String.format(
              Locale.ROOT,
              "%,d of %,d",
              result.tally().wrongCount(),
              result.tally().verifiedCount()));
    }
    return tiles;
  }

  private static String micros(Histogram nanos, double percentile) {
    return String.format(
        Locale.ROOT, "%,.0f us", nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
  }

  private static LinePlot latencies(LoadResult result) {
    LinePlot plot =
        new LinePlot(
            "Latency by percentile", "of all requests", Scale.PERCENTILES, "us", Scale.LOG);
    for (OperationKind kind : OperationKind.values()) {
      plot.line(kind.word(), percentiles(result.tally().of(kind).latency()));
    }
    return plot;
  }

  /** A distribution of nanoseconds as points: percentile, microseconds. */
  public static List<double[]> percentiles(Histogram nanos) {
    List<double[]> points = new ArrayList<>();
    if (nanos.getTotalCount() == 0) {
      return points;
    }
    // Beyond this, fewer than one request is left, and the line would only go on level.
    double last = 100 - 100.0 / nanos.getTotalCount();
    for (HistogramIterationValue value : nanos.percentiles(PERCENTILE_STEPS)) {
      if (value.getPercentileLevelIteratedTo() <= last) {
        points.add(
            new double[] {
              value.getPercentileLevelIteratedTo(), value.getValueIteratedTo() / NANOS_PER_MICRO
            });
      }
    }
    return points;
  }

  private static LinePlot course(LoadResult result) {
    List<double[]> points = new ArrayList<>();
    LoadResult.Sample before = new LoadResult.Sample(0, 0);
    for (LoadResult.Sample sample : result.course()) {
      double seconds = sample.seconds() - before.seconds();
      if (seconds > 0) {
        points.add(
            new double[] {sample.seconds(), (sample.requests() - before.requests()) / seconds});
      }
      before = sample;
    }
    return new LinePlot("Throughput", "seconds", Scale.TIME, "requests a second", Scale.LINEAR)
        .line("all requests", points);
  }
}
