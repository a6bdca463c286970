package io.larder.bench.workload;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The key of rank {@code r}, from 1, is asked for in proportion to {@code r} to the power of minus
 * theta, for any theta above 0 and any number of keys.
 *
 * <p><b>Threads.</b> Any.
 */
public final class ZipfPopularity implements Popularity {
  /*
   * Drawn by rejection from the area under x^-theta, whose integral has an inverse (Hörmann and
   * Derflinger, 1996): no table, and hardly ever a second try, however many keys there are. Each
   * rank r owns the stretch from r - 1/2 to r + 1/2, and the area over that stretch is never less
   * than r^-theta; what lies above it is rejected.
   */

  private final long keyCount;
  private final double theta;
  private final double areaFirst;
  private final double areaLast;
  private final double surelyWithin;

  public ZipfPopularity(long keyCount, double theta) {
    if (keyCount < 1 || !(theta > 0)) {
      throw new IllegalArgumentException("zipf of " + keyCount + " keys, theta " + theta);
    }
    this.keyCount = keyCount;
    this.theta = theta;
    this.areaFirst = area(1.5) - 1;
    this.areaLast = area(keyCount + 0.5);
    this.surelyWithin = 2 - inverse(area(2.5) - density(2));
  }

  @Override
  public long next(SplittableRandom random) {
    while (true) {
      double at = areaLast + random.nextDouble() * (areaFirst - areaLast);
      double x = inverse(at);
      long rank = Math.clamp(Math.round(x), 1, keyCount);
      if (rank - x <= surelyWithin || at >= area(rank + 0.5) - density((double) rank)) {
        return rank - 1;
      }
    }
  }

  private double density(double x) {
    return Math.exp(-theta * Math.log(x));
  }

  /** The area under the density from 1 to x. */
  private double area(double x) {
    double log = Math.log(x);
    return log * growth((1 - theta) * log);
  }

  private double inverse(double area) {
    double t = Math.max(-1, area * (1 - theta));
    return Math.exp(area * shrinking(t));
  }

  /** (e^x - 1) / x, also at 0, where theta is 1. */
  private static double growth(double x) {
    return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + x / 2;
  }

  /** ln(1 + x) / x, also at 0. */
  private static double shrinking(double x) {
    return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x / 2;
  }

  @Override
  public String describe() {
    return String.format(Locale.ROOT, "zipf %s", theta);
  }
}
