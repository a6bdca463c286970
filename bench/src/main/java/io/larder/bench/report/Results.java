package io.larder.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every contender reached in every round.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class Results {
  /** The contender that the others are compared with. */
  public static final String FIO = "fio";

  /**
   * A contender that appends bytes made for each block, and that appending is compared with, too.
   */
  public static final String FIO_FRESH = "fio/fresh";

  private static final String APPEND_ROW = "%-10s %9s %7s %13s %13s %9s %12s";
  private static final String READ_ROW = "%-10s %-6d %9s %7s %9s %9s %9s %9s %12s";

  private final Map<String, List<Measure>> appends = new LinkedHashMap<>();
  private final SortedMap<Integer, Map<String, List<Measure>>> reads = new TreeMap<>();

  /** Adds a round of appending. */
  public void append(String contender, Measure measure) {
    appends.computeIfAbsent(contender, _ -> new ArrayList<>()).add(measure);
  }

  /** Adds a round of random reads, {@code depth} of them at a time. */
  public void read(int depth, String contender, Measure measure) {
    reads
        .computeIfAbsent(depth, _ -> new LinkedHashMap<>())
        .computeIfAbsent(contender, _ -> new ArrayList<>())
        .add(measure);
  }

  /** Medians and paired ratios, a line each. */
  public List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        APPEND_ROW.formatted(
            "append", "MB/s", "x fio", "x " + FIO_FRESH, "write p50 us", "p99 us", "CPU s/GB"));
    List<Measure> fioAppends = appends.getOrDefault(FIO, List.of());
    List<Measure> freshAppends = appends.getOrDefault(FIO_FRESH, List.of());
    appends.forEach((contender, rounds) ->
        lines.add(
            APPEND_ROW.formatted(
                contender,
                number(Median.of(rounds, Measure::megabytesPerSecond), 0),
                number(Median.ratio(rounds, fioAppends, Measure::megabytesPerSecond), 2),
                number(Median.ratio(rounds, freshAppends, Measure::megabytesPerSecond), 2),
                number(Median.of(rounds, Measure::p50Micros), 0),
                number(Median.of(rounds, Measure::p99Micros), 0),
                number(Median.of(rounds, Measure::cpuSecondsPerGigabyte), 2))));
    lines.add("");
    lines.add(
        READ_ROW
            .replace("%-6d", "%-6s")
            .formatted(
                "read",
                "depth",
                "reads/s",
                "x fio",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "CPU s/M",
                "CPU, x fio"));
    reads.forEach((depth, byContender) -> {
      List<Measure> fio = byContender.getOrDefault(FIO, List.of());
      byContender.forEach((contender, rounds) -> lines.add(readRow(depth, contender, rounds, fio)));
    });
    return lines;
  }

  private static String readRow(
      int depth, String contender, List<Measure> rounds, List<Measure> fio) {
    return READ_ROW.formatted(
        contender,
        depth,
        number(Median.of(rounds, Measure::perSecond), 0),
        number(Median.ratio(rounds, fio, Measure::perSecond), 2),
        number(Median.of(rounds, Measure::p50Micros), 0),
        number(Median.of(rounds, Measure::p99Micros), 0),
        number(Median.of(rounds, Measure::p999Micros), 0),
        number(Median.of(rounds, Measure::cpuSecondsPerMillion), 2),
        number(Median.ratio(rounds, fio, Measure::cpuSecondsPerMillion), 2));
  }

  /** A figure for the table; empty when there is none. */
  private static String number(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : "";
  }

  /** Every round of every contender, and what it ran on. */
  public String json(Map<String, String> machine) {
    List<String> runs = new ArrayList<>();
    appends.forEach((contender, rounds) -> runs.addAll(runsOf("append", 0, contender, rounds)));
    reads.forEach((depth, byContender) ->
        byContender.forEach(
            (contender, rounds) -> runs.addAll(runsOf("read", depth, contender, rounds))));
    List<String> facts =
        machine.entrySet().stream()
            .map(fact -> "    " + Json.quoted(fact.getKey()) + ": " + Json.quoted(fact.getValue()))
            .toList();
    return "{\n  \"machine\": {\n"
        + String.join(",\n", facts)
        + "\n  },\n  \"runs\": [\n"
        + String.join(",\n", runs)
        + "\n  ]\n}\n";
  }

  private static List<String> runsOf(
      String what, int depth, String contender, List<Measure> rounds) {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      Measure each = rounds.get(i);
      runs.add(
          String.format(
              Locale.ROOT,
              "    {\"what\": \"%s\", \"contender\": \"%s\", \"depth\": %d, \"round\": %d,"
                  + " \"operations\": %d, \"bytes\": %d, \"seconds\": %.6f, \"cpuSeconds\": %.6f,"
                  + " \"p50Micros\": %.1f, \"p99Micros\": %.1f, \"p999Micros\": %.1f}",
              what,
              contender,
              depth,
              i + 1,
              each.operations(),
              each.bytes(),
              each.seconds(),
              each.cpuSeconds(),
              each.p50Micros(),
              each.p99Micros(),
              each.p999Micros()));
    }
    return runs;
  }
}
