package io.larder.tests.conformance.crash;

import io.larder.tests.conformance.process.Stats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run has come to, for the table at its end.
 *
 * <p><b>Threads.</b> One.
 */
final class Figures {
  private static final String RESTART = "extstore_restart_";

  /** Statistics of a rebuild that are summed over all of them. */
  private static final List<String> SUMMED =
      List.of("pages", "records", "dropped_damaged", "dropped_changed", "dropped_expired");

  int rounds;
  int kills;
  int killsInRebuild;
  int killsBeforeAnswer;
  int cleanStops;
  int starts;
  int emptyStarts;
  int troubles;
  int flushes;

  /** Of what was on flash before a kill, what was served again. */
  final List<Double> servedAfterKill = new ArrayList<>();

  /** Of what was on flash and in RAM before a clean stop, what was served again. */
  final List<Double> servedAfterStop = new ArrayList<>();

  final List<Double> answerSeconds = new ArrayList<>();
  final List<Double> rebuildSeconds = new ArrayList<>();
  final List<String> notes = new ArrayList<>();
  private final Map<String, Long> sums = new LinkedHashMap<>();

  /** Whether a server says anything about rebuilding its index. */
  static boolean tellsOfRestarts(Stats stats) {
    return stats.has(RESTART + "running");
  }

  static boolean isRebuilding(Stats stats) {
    return tellsOfRestarts(stats) && stats.number(RESTART + "running") != 0;
  }

  void rebuilt(Stats stats) {
    for (String name : SUMMED) {
      if (stats.has(RESTART + name)) {
        sums.merge(RESTART + name, stats.number(RESTART + name), Long::sum);
      }
    }
  }

  /** The rows of the table. */
  List<String[]> rows(World world, Findings findings) {
    List<String[]> rows = new ArrayList<>();
    Tally tally = world.tally();
    row(rows, "rounds", rounds + ", of them with special trouble " + troubles);
    row(
        rows,
        "ends",
        "%d by kill -9 under load, %d while rebuilding, %d before the first answer, %d clean stops"
            .formatted(kills, killsInRebuild, killsBeforeAnswer, cleanStops));
    row(rows, "starts with empty flash", emptyStarts + " of " + starts);
    row(rows, "requests", "%d by %d clients".formatted(tally.requests.sum(), world.clientCount()));
    row(
        rows,
        "changes",
        "%d granted, %d under way at an end, %d refused for want of memory; %d flush_all"
            .formatted(
                tally.changesGranted.sum(),
                tally.changesLost.sum(),
                tally.changesRefused.sum(),
                flushes));
    row(
        rows,
        "values checked",
        "%d, of them %d while the index was rebuilt"
            .formatted(tally.values.sum(), tally.valuesInRebuild.sum()));
    row(rows, "found after a miss", Long.toString(tally.foundAfterMiss.sum()));
    row(rows, "CAS uniques checked", Long.toString(world.tokens().count()));
    row(rows, "served again after a kill", percents(servedAfterKill) + " of what was on flash");
    row(rows, "served again after a stop", percents(servedAfterStop) + " of all there was");
    row(rows, "start to first answer", seconds(answerSeconds));
    row(rows, "index complete after that", seconds(rebuildSeconds));
    sums.forEach((name, sum) -> row(rows, name, Long.toString(sum)));
    notes.forEach(note -> row(rows, "note", note));
    findings.unmet().forEach(unmet -> row(rows, "NOT MET", unmet));
    row(rows, "wrong values", Long.toString(findings.wrongCount()));
    return rows;
  }

  private static void row(List<String[]> rows, String name, String value) {
    rows.add(new String[] {name, value});
  }

  private static String percents(List<Double> shares) {
    return shares.isEmpty()
        ? "not measured, share"
        : "median %.1f %%, least %.1f %%, in %d rounds,"
            .formatted(100 * median(shares), 100 * least(shares), shares.size());
  }

  private static String seconds(List<Double> some) {
    return some.isEmpty()
        ? "not measured"
        : "median %s s, longest %s s".formatted(short3(median(some)), short3(most(some)));
  }

  private static String short3(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  static double median(List<Double> some) {
    return some.stream().sorted().skip(some.size() / 2).findFirst().orElse(0.0);
  }

  static double least(List<Double> some) {
    return some.stream().mapToDouble(Double::doubleValue).min().orElse(0);
  }

  private static double most(List<Double> some) {
    return some.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }
}
