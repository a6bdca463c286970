package io.larder.bench.load;

import io.larder.bench.workload.OperationKind;
import io.larder.bench.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** One run in words and figures. */
public final class LoadReport {
  private static final String ROW = "%-9s %11s %10s %7s %9s %9s %9s %9s %9s";

  /** What stands above {@link #rows}. */
  static final List<String> HEADER =
      List.of("", "requests", "a second", "hits %", "p50 us", "p90", "p99", "p99.9", "max");

  private static final double NANOS_PER_MICRO = 1000;
  private static final double BYTES_PER_MEBIBYTE = 1 << 20;
  private static final double WORTH_A_WARNING = 0.02;

  private LoadReport() {}

  /** What was run, by name. */
  public static Map<String, String> facts(LoadSettings settings, Phase phase, String io) {
    Workload workload = settings.workload();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("server", settings.server().text() + ", " + settings.protocol() + " protocol");
    facts.put(
        "client",
        String.format(
            Locale.ROOT,
            "%d connections, %d under way on each, %d keys a read, %d thread%s, %s",
            settings.connections(),
            settings.pipeline(),
            settings.multiget(),
            settings.threads(),
            settings.threads() == 1 ? "" : "s",
            io));
    facts.put(
        "loop",
        phase.perSecond() > 0
            ? String.format(
                Locale.ROOT,
                "open: %.0f requests a second, latency from when each was meant to start",
                phase.perSecond())
            : "closed: a request starts when one has been answered");
    facts.put("workload", workload.name() + ": " + workload.mix().describe());
    facts.put(
        "keys",
        String.format(
            Locale.ROOT,
            "%,d of %d B, %s, values of %s",
            workload.keys().keyCount(),
            workload.keyBytes(),
            workload.popularity().describe(),
            workload.sizes().describe()));
    List<String> further = new ArrayList<>();
    if (!workload.ttls().describe().isEmpty()) {
      further.add("values live " + workload.ttls().describe());
    }
    if (workload.churnPerSecond() > 0) {
      further.add(
          String.format(Locale.ROOT, "%.1f keys a second are new", workload.churnPerSecond()));
    }
    if (workload.lookAside()) {
      further.add("what is missed is set");
    }
    if (settings.verifies()) {
      further.add("every value is checked");
    }
    if (!further.isEmpty()) {
      facts.put("also", String.join(", ", further));
    }
    return facts;
  }

  /** Figures of a phase, a line each. */
  public static List<String> table(LoadResult result) {
    List<String> lines = new ArrayList<>();
    lines.add(ROW.formatted(HEADER.toArray()));
    rows(result).forEach(row -> lines.add(ROW.formatted(row.toArray())));
    lines.add("");
    lines.addAll(costs(result));
    return lines;
  }

  /** A row for each kind of request, and one for all if there are several; {@link #HEADER}. */
  static List<List<String>> rows(LoadResult result) {
    Tally tally = result.tally();
    List<List<String>> rows = new ArrayList<>();
    int kinds = 0;
    Histogram all = null;
    for (OperationKind kind : OperationKind.values()) {
      Tally.OfKind of = tally.of(kind);
      if (of.latency().getTotalCount() > 0) {
        kinds++;
        rows.add(
            row(
                kind.word(),
                of.latency(),
                result.seconds(),
                kind.isRead() ? number(percent(of.hitCount(), of.keyCount()), 2) : ""));
        if (all == null) {
          all = of.latency().copy();
        } else {
          all.add(of.latency());
        }
      }
    }
    if (kinds > 1 && all != null) {
      rows.add(row("all", all, result.seconds(), ""));
    }
    return rows;
  }

  private static List<String> row(String name, Histogram latency, double seconds, String hits) {
    return List.of(
        name,
        String.format(Locale.ROOT, "%,d", latency.getTotalCount()),
        number(latency.getTotalCount() / seconds, 0),
        hits,
        micros(latency.getValueAtPercentile(50)),
        micros(latency.getValueAtPercentile(90)),
        micros(latency.getValueAtPercentile(99)),
        micros(latency.getValueAtPercentile(99.9)),
        micros(latency.getMaxValue()));
  }

  /** What server and client took, a line each. */
  static List<String> costs(LoadResult result) {
    Tally tally = result.tally();
    List<String> lines = new ArrayList<>();
    if (Double.isFinite(result.serverCpuSeconds())) {
      lines.add(
          String.format(
              Locale.ROOT,
              "server: %.2f us of CPU a key, %.2f cores, %.0f MiB resident",
              result.serverCpuMicrosPerKey(),
              result.serverCpuSeconds() / result.seconds(),
              result.serverRssBytes() / BYTES_PER_MEBIBYTE));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "client: %.2f us of CPU a key, %.2f cores; %.0f keys a second, %.1f MB of values a"
                + " second",
            result.clientCpuMicrosPerKey(),
            result.clientCpuSeconds() / result.seconds(),
            result.keysPerSecond(),
            tally.valueBytes() / 1e6 / result.seconds()));
    if (tally.lag().getTotalCount() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "sent late by: p50 %s us, p99 %s us, at most %s us (part of the latency above)",
              micros(tally.lag().getValueAtPercentile(50)),
              micros(tally.lag().getValueAtPercentile(99)),
              micros(tally.lag().getMaxValue())));
    }
    return lines;
  }

  /** What a reader should know before believing the figures. */
  public static List<String> warnings(LoadResult result, Phase phase) {
    Tally tally = result.tally();
    List<String> lines = new ArrayList<>();
    if (tally.wrongCount() > 0) {
      lines.add(String.format(Locale.ROOT, "%,d WRONG VALUES, such as:", tally.wrongCount()));
      tally.wrongs().forEach(wrong -> lines.add("  " + wrong));
    }
    if (tally.errorCount() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d requests were answered with an error and are not counted, such as:",
              tally.errorCount()));
      tally.errors().forEach(error -> lines.add("  " + error));
    }
    if (phase.perSecond() > 0
        && result.requestsPerSecond() < phase.perSecond() * (1 - WORTH_A_WARNING)) {
      lines.add(
          String.format(
              Locale.ROOT,
              "The rate was not reached: %.0f of %.0f requests a second.",
              result.requestsPerSecond(),
              phase.perSecond()));
    }
    return lines;
  }

  /** Figures of a phase for a program. */
  public static Map<String, Object> figures(LoadResult result) {
    Tally tally = result.tally();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("seconds", result.seconds());
    figures.put("requestsPerSecond", result.requestsPerSecond());
    figures.put("keysPerSecond", result.keysPerSecond());
    figures.put("serverCpuMicrosPerKey", result.serverCpuMicrosPerKey());
    figures.put("serverRssBytes", result.serverRssBytes());
    figures.put("clientCpuMicrosPerKey", result.clientCpuMicrosPerKey());
    figures.put("errors", tally.errorCount());
    figures.put("verified", tally.verifiedCount());
    figures.put("wrong", tally.wrongCount());
    figures.put("valueBytes", tally.valueBytes());
    Map<String, Object> kinds = new LinkedHashMap<>();
    for (OperationKind kind : OperationKind.values()) {
      Tally.OfKind of = tally.of(kind);
      if (of.latency().getTotalCount() > 0) {
        Map<String, Object> each = new LinkedHashMap<>();
        each.put("requests", of.latency().getTotalCount());
        each.put("keys", of.keyCount());
        each.put("hits", of.hitCount());
        each.putAll(percentiles(of.latency()));
        kinds.put(kind.word(), each);
      }
    }
    figures.put("kinds", kinds);
    if (tally.lag().getTotalCount() > 0) {
      figures.put("sentLate", percentiles(tally.lag()));
    }
    return figures;
  }

  private static Map<String, Object> percentiles(Histogram nanos) {
    Map<String, Object> percentiles = new LinkedHashMap<>();
    percentiles.put("p50Micros", nanos.getValueAtPercentile(50) / NANOS_PER_MICRO);
    percentiles.put("p90Micros", nanos.getValueAtPercentile(90) / NANOS_PER_MICRO);
    percentiles.put("p99Micros", nanos.getValueAtPercentile(99) / NANOS_PER_MICRO);
    percentiles.put("p999Micros", nanos.getValueAtPercentile(99.9) / NANOS_PER_MICRO);
    percentiles.put("maxMicros", nanos.getMaxValue() / NANOS_PER_MICRO);
    return percentiles;
  }

  private static double percent(long part, long whole) {
    return 100.0 * part / Math.max(1, whole);
  }

  private static String micros(long nanos) {
    return number(nanos / NANOS_PER_MICRO, 0);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
