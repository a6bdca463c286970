package io.larder.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of what several rounds measured. */
public final class Median {
  private Median() {}

  /** The middle value, or the mean of the two in the middle; NaN of nothing. */
  public static double of(List<Double> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** The middle of one figure of the rounds. */
  public static double of(List<Measure> rounds, ToDoubleFunction<Measure> figure) {
    return of(rounds.stream().map(figure::applyAsDouble).toList());
  }

  /**
   * The middle of the rounds' ratios: each round is compared with what the other reached in the
   * same round, so that a machine that changes from round to round changes both.
   */
  public static double ratio(
      List<Measure> rounds, List<Measure> others, ToDoubleFunction<Measure> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(rounds.size(), others.size()); i++) {
      ratios.add(figure.applyAsDouble(rounds.get(i)) / figure.applyAsDouble(others.get(i)));
    }
    return of(ratios);
  }
}
