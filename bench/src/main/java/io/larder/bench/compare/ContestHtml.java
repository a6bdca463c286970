package io.larder.bench.compare;

import io.larder.bench.load.LoadHtml;
import io.larder.bench.load.LoadResult;
import io.larder.bench.plot.HtmlReport;
import io.larder.bench.plot.LinePlot;
import io.larder.bench.plot.LinePlot.Scale;
import io.larder.bench.plot.RatioPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A contest in a report for people. */
public final class ContestHtml {
  private ContestHtml() {}

  /** The whole report; {@code facts} are of machine, versions and flags. */
  public static HtmlReport report(Contest contest, Map<String, String> facts) {
    List<String> names = contest.names();
    HtmlReport report =
        new HtmlReport(
            "larder bench compare",
            String.join(" and ", names)
                + " in turns under the same loads. What counts are the ratios within a round; a"
                + " difference is called only where so many rounds agree that it is hardly an"
                + " accident (sign test, 5 %).");
    RatioPlot all = new RatioPlot("All scenarios: x " + names.getFirst() + ", every round a dot");
    for (Scenario scenario : contest.scenarios()) {
      rows(contest, scenario, scenario.name() + ": ", all);
    }
    report.plot(all);
    report.note(
        "Box: quartiles of the rounds' ratios. Stroke: their median. Green: better than "
            + names.getFirst()
            + ", red: worse, grey with a question mark: the noise covers the difference.");
    for (Scenario scenario : contest.scenarios()) {
      report.heading(scenario.name() + ": " + scenario.about());
      contest.warnings(scenario).forEach(report::warning);
      report.table(contest.header(), contest.rows(scenario));
      report.plot(latencies(contest, scenario)).plot(rounds(contest, scenario));
    }
    return report.heading("Machine, versions, flags").facts(facts);
  }

  private static void rows(Contest contest, Scenario scenario, String prefix, RatioPlot plot) {
    for (String name : contest.names().subList(1, contest.names().size())) {
      String who = contest.names().size() > 2 ? name + ", " : "";
      for (Contest.Compared compared : Contest.Compared.values()) {
        PairedRatio ratio = contest.ratio(scenario, name, compared);
        plot.row(
            new RatioPlot.Row(
                prefix + who + compared.words(),
                ratio.ratios(),
                ratio.lowerQuartile(),
                ratio.median(),
                ratio.upperQuartile(),
                ratio.isCertain(),
                compared.isLessBetter()));
      }
    }
  }

  private static LinePlot latencies(Contest contest, Scenario scenario) {
    LinePlot plot =
        new LinePlot(
            "Latency by percentile, all rounds",
            "of all requests",
            Scale.PERCENTILES,
            "us",
            Scale.LOG);
    for (String name : contest.names()) {
      Histogram together = null;
      for (LoadResult result : contest.rounds(scenario, name)) {
        if (together == null) {
          together = Contest.latency(result).copy();
        } else {
          together.add(Contest.latency(result));
        }
      }
      if (together != null) {
        plot.line(name, LoadHtml.percentiles(together));
      }
    }
    return plot;
  }

  private static LinePlot rounds(Contest contest, Scenario scenario) {
    LinePlot plot =
        new LinePlot(
            "Throughput, round by round", "round", Scale.TIME, "keys a second", Scale.LINEAR);
    for (String name : contest.names()) {
      List<double[]> points = new ArrayList<>();
      for (LoadResult result : contest.rounds(scenario, name)) {
        points.add(new double[] {points.size() + 1.0, result.keysPerSecond()});
      }
      plot.line(name, points);
    }
    return plot;
  }
}
