package io.larder.bench.compare;

import io.larder.bench.load.LoadResult;
import io.larder.bench.load.LoadRun;
import io.larder.bench.load.Phase;
import io.larder.bench.load.Tally;
import io.larder.bench.report.Median;
import io.larder.bench.workload.OperationKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Contestants that take turns under the same loads.
 *
 * <p><b>Life.</b> {@link #load}, {@link #warmUp}, then {@link #round} as often as wanted; the
 * tables at any time.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class Contest {
  private static final String ROW = "%-{name}s %10s %9s %8s %8s %7s %8s   %-22s %-22s %-22s";
  private static final int NAME_WIDTH_MIN = 10;
  private static final LoadRun.Watcher NOBODY = (_, _) -> {};

  /** Before each run, so that connections and caches of the processor are as they will be. */
  private static final double WARM_UP_SECONDS = 0.5;

  /** Hits of contestants that lie further apart are not the same work. */
  private static final double SAME_HITS_PERCENT = 1;

  /** So much more or less of the hits may come from flash, else it is not the same work. */
  private static final double SAME_FLASH_PERCENT = 10;

  private final List<Contestant> contestants;
  private final List<Scenario> scenarios;
  private final long keyCount;
  private final int valueBytes;
  private final double seconds;
  private final Map<Scenario, Map<String, List<Measured>>> results = new EnumMap<>(Scenario.class);
  private long seed;

  /**
   * A contest of servers that run.
   *
   * @param contestants the first is what the others are compared with
   * @param seconds of each run
   */
  public Contest(
      List<Contestant> contestants,
      List<Scenario> scenarios,
      long keyCount,
      int valueBytes,
      double seconds) {
    this.contestants = List.copyOf(contestants);
    this.scenarios = List.copyOf(scenarios);
    this.keyCount = keyCount;
    this.valueBytes = valueBytes;
    this.seconds = seconds;
  }

  /** How many runs a round has. */
  public int runsPerRound() {
    return contestants.size() * scenarios.size();
  }

  /** Writes every key to every contestant. */
  public void load(double perSecond) throws IOException {
    for (Contestant contestant : contestants) {
      try (LoadRun run = connect(scenarios.getFirst(), contestant)) {
        LoadResult loaded = run.run(Phase.load(perSecond), NOBODY);
        if (loaded.tally().errorCount() > 0) {
          throw new IOException(
              contestant.name() + " has refused to be filled: " + loaded.tally().errors());
        }
      }
    }
  }

  /** Runs everything once and forgets it. */
  public void warmUp(double warmUpSeconds) throws IOException {
    for (Scenario scenario : scenarios) {
      for (Contestant contestant : contestants) {
        try (LoadRun run = connect(scenario, contestant)) {
          run.run(Phase.of("warm-up", warmUpSeconds, 0), NOBODY);
        }
      }
    }
  }

  /** Every scenario on every contestant, somebody else first in each round. */
  public void round(int number, Runnable afterEach) throws IOException {
    List<Contestant> order = new ArrayList<>(contestants);
    Collections.rotate(order, number);
    if (number / order.size() % 2 == 1) {
      Collections.reverse(order);
    }
    for (Scenario scenario : scenarios) {
      for (Contestant contestant : order) {
        try (LoadRun run = connect(scenario, contestant)) {
          if (scenario.isOfFlash()) {
            contestant.makeCold();
          }
          run.run(Phase.of("warm-up", WARM_UP_SECONDS, 0), NOBODY);
          add(scenario, contestant, measure(scenario, contestant, run));
        }
        afterEach.run();
      }
    }
  }

  private LoadRun connect(Scenario scenario, Contestant contestant) throws IOException {
    return LoadRun.connect(
        scenario.settings(contestant.address(), keyCount, valueBytes, ++seed),
        contestant.process());
  }

  private Measured measure(Scenario scenario, Contestant contestant, LoadRun run)
      throws IOException {
    Phase phase = Phase.of("run", seconds, 0);
    if (!scenario.isOfFlash()) {
      return new Measured(run.run(phase, NOBODY), Double.NaN);
    }
    try (ServerStats stats = ServerStats.connect(contestant.address())) {
      Map<String, Double> before = stats.numbers();
      LoadResult load = run.run(phase, NOBODY);
      Map<String, Double> after = stats.numbers();
      return new Measured(
          load, 100 * grown("get_extstore", before, after) / grown("get_hits", before, after));
    }
  }

  private static double grown(String name, Map<String, Double> before, Map<String, Double> after) {
    return after.getOrDefault(name, Double.NaN) - before.getOrDefault(name, Double.NaN);
  }

  private void add(Scenario scenario, Contestant contestant, Measured result) {
    results
        .computeIfAbsent(scenario, _ -> new LinkedHashMap<>())
        .computeIfAbsent(contestant.name(), _ -> new ArrayList<>())
        .add(result);
  }

  // ------------------------------------------------------------------ what came of it

  /** Medians, and ratios to the first contestant with their quartiles. */
  public List<String> table() {
    List<String> lines = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      lines.add(scenario.about());
      lines.add(line(header()));
      rows(scenario).forEach(row -> lines.add(line(row)));
      lines.addAll(warnings(scenario));
      lines.add("");
    }
    lines.add("[quartiles of the rounds' ratios]; ? = the noise covers the difference");
    return lines;
  }

  private String line(List<String> cells) {
    int longest = names().stream().mapToInt(String::length).max().orElse(0);
    String format = ROW.replace("{name}", Integer.toString(Math.max(NAME_WIDTH_MIN, longest)));
    return format.formatted(cells.toArray()).stripTrailing();
  }

  /** What stands above {@link #rows}. */
  List<String> header() {
    String first = first();
    return List.of(
        "",
        "keys/s",
        "CPU us/key",
        "p50 us",
        "p99 us",
        "hits %",
        "flash %",
        "keys/s, x " + first,
        "CPU, x " + first,
        "p50, x " + first);
  }

  /** A row for each contestant. */
  List<List<String>> rows(Scenario scenario) {
    return contestants.stream().map(contestant -> row(scenario, contestant.name())).toList();
  }

  private List<String> row(Scenario scenario, String name) {
    List<Measured> measured = measured(scenario, name);
    List<LoadResult> rounds = rounds(scenario, name);
    List<String> cells = new ArrayList<>();
    cells.add(name);
    cells.add(number(median(rounds, LoadResult::keysPerSecond), 0));
    cells.add(number(median(rounds, LoadResult::serverCpuMicrosPerKey), 2));
    cells.add(number(median(rounds, result -> micros(result, 50)), 0));
    cells.add(number(median(rounds, result -> micros(result, 99)), 0));
    cells.add(number(median(measured, Measured::hitPercent), 1));
    cells.add(number(median(measured, Measured::flashPercent), 1));
    for (Compared compared : Compared.values()) {
      cells.add(name.equals(first()) ? "" : ratio(scenario, name, compared).describe());
    }
    return cells;
  }

  /** What is compared, round by round. */
  enum Compared {
    KEYS("keys a second", false),
    CPU("server CPU a key", true),
    P50("p50", true);

    private final String words;
    private final boolean isLessBetter;

    Compared(String words, boolean isLessBetter) {
      this.words = words;
      this.isLessBetter = isLessBetter;
    }

    String words() {
      return words;
    }

    boolean isLessBetter() {
      return isLessBetter;
    }

    private double of(LoadResult result) {
      return switch (this) {
        case KEYS -> result.keysPerSecond();
        case CPU -> result.serverCpuMicrosPerKey();
        case P50 -> micros(result, 50);
      };
    }
  }

  /** One figure of a contestant against the first one's. */
  PairedRatio ratio(Scenario scenario, String name, Compared compared) {
    return PairedRatio.of(
        values(rounds(scenario, name), compared::of),
        values(rounds(scenario, first()), compared::of));
  }

  /** What a contestant has reached in a scenario, round by round. */
  List<LoadResult> rounds(Scenario scenario, String name) {
    return measured(scenario, name).stream().map(Measured::load).toList();
  }

  private List<Measured> measured(Scenario scenario, String name) {
    return results.getOrDefault(scenario, Map.of()).getOrDefault(name, List.of());
  }

  List<Scenario> scenarios() {
    return scenarios;
  }

  /** Names of the contestants; the first is what the others are compared with. */
  List<String> names() {
    return contestants.stream().map(Contestant::name).toList();
  }

  private String first() {
    return contestants.getFirst().name();
  }

  /** What makes a scenario's ratios worth less than they look. */
  List<String> warnings(Scenario scenario) {
    Map<String, List<Measured>> byName = results.getOrDefault(scenario, Map.of());
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, List<Measured>> each : byName.entrySet()) {
      List<Tally> tallies = each.getValue().stream().map(run -> run.load().tally()).toList();
      long errors = tallies.stream().mapToLong(Tally::errorCount).sum();
      if (errors > 0) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%,d requests were answered with an error by %s and are not counted, such as: %s",
                errors,
                each.getKey(),
                tallies.stream().flatMap(tally -> tally.errors().stream()).findFirst().orElse("")));
      }
    }
    if (spread(byName, Measured::hitPercent) > SAME_HITS_PERCENT) {
      lines.add(
          "NOT THE SAME WORK: hits are compared with misses. One has not kept what it was given;"
              + " fill it more slowly (--load-rate), with fewer keys, or give it more RAM (-m,"
              + " --memcached-m).");
    }
    if (spread(byName, Measured::flashPercent) > SAME_FLASH_PERCENT) {
      lines.add(
          "NOT THE SAME WORK: one has answered more from RAM than the other; fill them with more"
              + " keys.");
    }
    return lines;
  }

  /** Every run, for a program. */
  public List<Map<String, Object>> figures() {
    List<Map<String, Object>> all = new ArrayList<>();
    results.forEach((scenario, byName) ->
        byName.forEach((name, rounds) -> {
          for (int i = 0; i < rounds.size(); i++) {
            LoadResult load = rounds.get(i).load();
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("scenario", scenario.name());
            figures.put("contestant", name);
            figures.put("round", i + 1);
            figures.put("keysPerSecond", load.keysPerSecond());
            figures.put("serverCpuMicrosPerKey", load.serverCpuMicrosPerKey());
            figures.put("p50Micros", micros(load, 50));
            figures.put("p99Micros", micros(load, 99));
            figures.put("hitPercent", rounds.get(i).hitPercent());
            figures.put("flashPercent", rounds.get(i).flashPercent());
            figures.put("serverRssBytes", load.serverRssBytes());
            all.add(figures);
          }
        }));
    return all;
  }

  private static double spread(
      Map<String, List<Measured>> byName, ToDoubleFunction<Measured> figure) {
    DoubleSummaryStatistics medians =
        byName.values().stream()
            .mapToDouble(rounds -> median(rounds, figure))
            .filter(Double::isFinite)
            .summaryStatistics();
    return medians.getMax() - medians.getMin();
  }

  private static <T> double median(List<T> rounds, ToDoubleFunction<T> figure) {
    return Median.of(values(rounds, figure));
  }

  private static <T> List<Double> values(List<T> rounds, ToDoubleFunction<T> figure) {
    return rounds.stream().map(figure::applyAsDouble).toList();
  }

  private static double micros(LoadResult result, double percentile) {
    return latency(result).getValueAtPercentile(percentile) / 1e3;
  }

  /** Of the reads, or of the sets where nothing is read. */
  static Histogram latency(LoadResult result) {
    Histogram reads = result.tally().of(OperationKind.get).latency();
    return reads.getTotalCount() > 0 ? reads : result.tally().of(OperationKind.set).latency();
  }

  private static String number(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : "";
  }
}
