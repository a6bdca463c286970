package io.larder.bench.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * One direction of a plot: where a value lies between its ends, and which values are written there.
 *
 * @param name with its unit
 * @param toScale what is drawn in even steps: the value itself, or its logarithm
 * @param min of the scale, not of the value
 * @param max likewise
 * @param ticks values that are written
 */
record Axis(String name, DoubleUnaryOperator toScale, double min, double max, List<Tick> ticks) {
  private static final int TICKS_WANTED = 6;
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};
  private static final double[] WITHIN_DECADE = {1, 2, 5};
  private static final double SPARSE_DECADES = 3.3;

  /** A value and how it is written. */
  record Tick(double value, String text) {}

  /** From 0 to a little over the largest value. */
  static Axis linear(String name, double largest) {
    double top = largest > 0 && Double.isFinite(largest) ? largest : 1;
    double step = step(top / TICKS_WANTED);
    List<Tick> ticks = new ArrayList<>();
    int count = (int) Math.ceil(top / step - 1e-9);
    for (int i = 0; i <= count; i++) {
      ticks.add(new Tick(i * step, shortly(i * step)));
    }
    return new Axis(name, DoubleUnaryOperator.identity(), 0, count * step, ticks);
  }

  /** As {@link #linear}, but it ends where the values do. */
  static Axis time(String name, double largest) {
    Axis whole = linear(name, largest);
    double end = largest > 0 ? largest : 1;
    return new Axis(
        name,
        whole.toScale,
        0,
        end,
        whole.ticks.stream().filter(tick -> tick.value <= end * 1.0001).toList());
  }

  /** Each power of ten as long as the next. */
  static Axis log(String name, double smallest, double largest) {
    double low = smallest > 0 && Double.isFinite(smallest) ? smallest : 1;
    double high = Math.max(largest, low * 1.5);
    double lowScale = Math.log10(low);
    double highScale = Math.log10(high);
    boolean isSparse = highScale - lowScale < SPARSE_DECADES;
    List<Tick> ticks = new ArrayList<>();
    for (int decade = (int) Math.floor(lowScale); decade <= Math.ceil(highScale); decade++) {
      for (double within : isSparse ? WITHIN_DECADE : new double[] {1}) {
        double value = within * Math.pow(10, decade);
        if (value >= low * 0.999 && value <= high * 1.001) {
          ticks.add(new Tick(value, shortly(value)));
        }
      }
    }
    return new Axis(name, Math::log10, lowScale, highScale, ticks);
  }

  /** Values that are taken one by one, each written: 1, 2, 4 loops; -m 64, 512. */
  static Axis steps(String name, List<Double> values) {
    double low = values.getFirst();
    double high = Math.max(values.getLast(), low * 1.5);
    return new Axis(
        name,
        Math::log10,
        Math.log10(low),
        Math.log10(high),
        values.stream().map(value -> new Tick(value, shortly(value))).toList());
  }

  /** Percentiles, each nine as long as the next. */
  static Axis percentiles(String name, double largest) {
    List<Tick> ticks = new ArrayList<>();
    for (double value : new double[] {0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999}) {
      if (value <= largest) {
        ticks.add(new Tick(value, trimmedPercent(value)));
      }
    }
    return new Axis(name, Axis::nines, 0, nines(largest), ticks);
  }

  private static String trimmedPercent(double value) {
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("\\.?0+$", "") + "%";
  }

  private static double nines(double percentile) {
    return -Math.log10(Math.max(1e-9, 1 - percentile / 100));
  }

  private static double step(double atLeast) {
    double decade = Math.pow(10, Math.floor(Math.log10(atLeast)));
    for (double step : STEPS) {
      if (step * decade >= atLeast * 0.999) {
        return step * decade;
      }
    }
    return 10 * decade;
  }

  /** Where a value lies: 0 at the one end, 1 at the other. */
  double place(double value) {
    double scale = toScale.applyAsDouble(value);
    return Double.isFinite(scale) ? (scale - min) / (max - min) : 0;
  }

  /** A number in few letters. */
  static String shortly(double value) {
    double magnitude = Math.abs(value);
    if (magnitude >= 1e9) {
      return trimmed(value / 1e9) + "G";
    }
    if (magnitude >= 1e6) {
      return trimmed(value / 1e6) + "M";
    }
    if (magnitude >= 1e4) {
      return trimmed(value / 1e3) + "k";
    }
    return trimmed(value);
  }

  private static String trimmed(double value) {
    double magnitude = Math.abs(value);
    String text =
        String.format(
            Locale.ROOT,
            magnitude >= 100 || magnitude == 0 ? "%.0f" : magnitude >= 1 ? "%.2f" : "%.3f",
            value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
