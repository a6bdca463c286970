package io.larder.bench.certify;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Which rate of writes leaves the reads alone: the highest one tried, with all lower ones, at which
 * the 99th percentile of reads stays within a factor of what it is without writes.
 */
final class SafeRate {
  /**
   * Reads while writes go on.
   *
   * @param bytesPerSecond that were really written
   * @param p99Micros of the reads meanwhile
   */
  record Tried(double bytesPerSecond, double p99Micros) {}

  private SafeRate() {}

  /** The highest safe rate of those tried, in any order; empty if not even the lowest is. */
  static OptionalDouble of(List<Tried> tried, double p99MicrosMax) {
    double safe = Double.NaN;
    for (Tried each : sorted(tried)) {
      if (each.p99Micros > p99MicrosMax) {
        break;
      }
      safe = each.bytesPerSecond;
    }
    return Double.isNaN(safe) ? OptionalDouble.empty() : OptionalDouble.of(safe);
  }

  /**
   * A rate worth trying next: between the highest safe one and the next; empty if all are safe.
   * Where none is, it is half of the lowest.
   */
  static OptionalDouble next(List<Tried> tried, double p99MicrosMax) {
    double below = 0;
    for (Tried each : sorted(tried)) {
      if (each.p99Micros > p99MicrosMax) {
        return OptionalDouble.of((below + each.bytesPerSecond) / 2);
      }
      below = each.bytesPerSecond;
    }
    return OptionalDouble.empty();
  }

  private static List<Tried> sorted(List<Tried> tried) {
    return tried.stream()
        .sorted((one, other) -> Double.compare(one.bytesPerSecond, other.bytesPerSecond))
        .toList();
  }
}
