package io.larder.bench.compare;

import io.larder.bench.report.Median;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One figure of one contestant against the same figure of another, round by round.
 *
 * @param median of the rounds' ratios
 * @param lowerQuartile a quarter of the ratios is no larger
 * @param upperQuartile three quarters are no larger
 * @param ratios of the rounds, from the smallest to the largest
 * @param isCertain whether so many rounds on one side are hardly an accident
 */
public record PairedRatio(
    double median,
    double lowerQuartile,
    double upperQuartile,
    List<Double> ratios,
    boolean isCertain) {
  /*
   * A sign test: if there were no difference, each round would fall on either side of 1 like a coin.
   * It asks nothing of how noise is distributed, which on a shared machine nobody knows. Fewer than
   * six rounds can never be certain.
   */

  /** How unlikely an accident has to be. */
  private static final double ACCIDENT_MAX = 0.05;

  /** Of the ratios of what two contestants reached in the same rounds. */
  public static PairedRatio of(List<Double> figures, List<Double> others) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(figures.size(), others.size()); i++) {
      double ratio = figures.get(i) / others.get(i);
      if (Double.isFinite(ratio)) {
        ratios.add(ratio);
      }
    }
    ratios.sort(null);
    return new PairedRatio(
        Median.of(ratios),
        quantile(ratios, 0.25),
        quantile(ratios, 0.75),
        List.copyOf(ratios),
        isCertain(ratios));
  }

  private static double quantile(List<Double> sorted, double share) {
    if (sorted.isEmpty()) {
      return Double.NaN;
    }
    double at = share * (sorted.size() - 1);
    int below = (int) at;
    int above = Math.min(sorted.size() - 1, below + 1);
    return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
  }

  private static boolean isCertain(List<Double> ratios) {
    int above = (int) ratios.stream().filter(ratio -> ratio > 1).count();
    int below = (int) ratios.stream().filter(ratio -> ratio < 1).count();
    int rounds = above + below;
    double accident = 0;
    double combinations = 1;
    for (int i = 0; i <= Math.min(above, below); i++) {
      accident += combinations;
      combinations = combinations * (rounds - i) / (i + 1);
    }
    return rounds > 0 && 2 * accident / Math.pow(2, rounds) <= ACCIDENT_MAX;
  }

  /** Ratio, quartiles, and whether a difference can be called. */
  public String describe() {
    return Double.isFinite(median)
        ? String.format(
            Locale.ROOT,
            "%.2f [%.2f %.2f]%s",
            median,
            lowerQuartile,
            upperQuartile,
            isCertain ? "" : " ?")
        : "";
  }
}
