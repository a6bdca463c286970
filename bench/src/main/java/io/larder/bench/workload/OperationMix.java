package io.larder.bench.workload;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How many of the requests ask for what.
 *
 * <p><b>Threads.</b> Any.
 */
public final class OperationMix {
  private static final OperationKind[] KINDS = OperationKind.values();

  private final Map<OperationKind, Double> weights;
  private final double[] upTo = new double[KINDS.length];

  private OperationMix(Map<OperationKind, Double> weights) {
    this.weights = weights;
    double total = weights.values().stream().mapToDouble(Double::doubleValue).sum();
    double sum = 0;
    for (OperationKind kind : KINDS) {
      sum += weights.getOrDefault(kind, 0.0);
      upTo[kind.ordinal()] = sum / total;
    }
  }

  /** Understands {@code get=90,set=10}: weights, which need not add up to anything. */
  public static OperationMix parse(String text) {
    Map<OperationKind, Double> weights = new EnumMap<>(OperationKind.class);
    double total = 0;
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      OperationKind kind = equals < 0 ? null : kind(part.substring(0, equals).strip());
      double weight = kind == null ? -1 : weight(part.substring(equals + 1).strip());
      if (kind == null || weight < 0 || weights.put(kind, weight) != null) {
        throw new IllegalArgumentException(
            "'"
                + part
                + "' in the mix is not get, set, delete, lone-get or lone-set, =, and a"
                + " weight, each named once");
      }
      total += weight;
    }
    if (total <= 0) {
      throw new IllegalArgumentException("the mix asks for nothing");
    }
    return new OperationMix(weights);
  }

  private static double weight(String text) {
    try {
      double weight = Double.parseDouble(text);
      return Double.isFinite(weight) ? weight : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static @Nullable OperationKind kind(String word) {
    for (OperationKind kind : KINDS) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    return null;
  }

  public OperationKind next(SplittableRandom random) {
    double at = random.nextDouble();
    int kind = 0;
    while (kind < KINDS.length - 1 && at >= upTo[kind]) {
      kind++;
    }
    return KINDS[kind];
  }

  /** What share of the requests asks for this, 0 to 1. */
  public double share(OperationKind kind) {
    return upTo[kind.ordinal()] - (kind.ordinal() == 0 ? 0 : upTo[kind.ordinal() - 1]);
  }

  /** In percent, for the report. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    for (OperationKind kind : KINDS) {
      if (weights.getOrDefault(kind, 0.0) > 0) {
        parts.add(String.format(Locale.ROOT, "%s %.3g %%", kind.word(), share(kind) * 100));
      }
    }
    return String.join(", ", parts);
  }
}
