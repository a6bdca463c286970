package io.larder.tests.simulation.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/** Ways to draw from a seed that scenarios share. Stateless. */
public final class Draws {
  private Draws() {}

  /** From 1 to {@code max}, small numbers as often as large ones. */
  public static int oneTo(int max, RandomGenerator random) {
    // Exp and log together may round up.
    return Math.min(max, (int) Math.exp(random.nextDouble(Math.log(max + 1.0))));
  }

  /** Weights that favour nothing. */
  public static <E extends Enum<E>> Map<E, Integer> usualWeights(
      Class<E> type, ToIntFunction<E> usual) {
    Map<E, Integer> weights = new EnumMap<>(type);
    for (E each : type.getEnumConstants()) {
      weights.put(each, usual.applyAsInt(each));
    }
    return weights;
  }

  /** From a quarter of the usual weight to four times it, each by itself. */
  public static <E extends Enum<E>> Map<E, Integer> weights(
      Class<E> type, ToIntFunction<E> usual, RandomGenerator random) {
    Map<E, Integer> weights = new EnumMap<>(type);
    for (E each : type.getEnumConstants()) {
      double factor = Math.exp(random.nextDouble(-1.4, 1.4));
      weights.put(each, (int) Math.ceil(100 * factor * usual.applyAsInt(each)));
    }
    return weights;
  }

  /** One of them, by its weight. */
  public static <E extends Enum<E>> E byWeight(Map<E, Integer> weights, RandomGenerator random) {
    int left = random.nextInt(weights.values().stream().mapToInt(weight -> weight).sum());
    for (Map.Entry<E, Integer> each : weights.entrySet()) {
      left -= each.getValue();
      if (left < 0) {
        return each.getKey();
      }
    }
    throw new IllegalStateException("weights that are their own sum no more: " + weights);
  }
}
