package io.larder.bench.plot;

import io.larder.bench.plot.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ratios of rounds, a row for each thing compared: every round as a dot, the quartiles as a box,
 * the median as a stroke, and where nothing would differ a line.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class RatioPlot {
  /**
   * One row.
   *
   * @param name what is compared
   * @param ratios of the rounds
   * @param lowerQuartile of them
   * @param median of them
   * @param upperQuartile of them
   * @param isCertain whether the noise does not cover the difference
   * @param isLessBetter whether below 1 is good
   */
  public record Row(
      String name,
      List<Double> ratios,
      double lowerQuartile,
      double median,
      double upperQuartile,
      boolean isCertain,
      boolean isLessBetter) {}

  private static final int WIDTH = 720;
  private static final int ROW_HEIGHT = 34;
  private static final int TOP = 40;
  private static final int BOTTOM = 34;
  private static final int LEFT = 210;
  private static final int RIGHT = 92;
  private static final double[] TICKS = {
    0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50,
    100
  };
  private static final double ROOM = 1.06;
  private static final double TICK_PIXELS_MIN = 44;

  private final String title;
  private final List<Row> rows = new ArrayList<>();

  /** An empty plot. */
  public RatioPlot(String title) {
    this.title = title;
  }

  /** Adds a row, unless it has no ratio. */
  public RatioPlot row(Row row) {
    if (Double.isFinite(row.median) && row.median > 0) {
      rows.add(row);
    }
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The drawing, for a report. */
  public String inline() {
    return draw().inline();
  }

  /** The drawing, as a file of its own. */
  public String alone() {
    return draw().alone();
  }

  private Svg draw() {
    double low = 1 / ROOM;
    double high = ROOM;
    for (Row row : rows) {
      for (double ratio : row.ratios) {
        if (ratio > 0) {
          low = Math.min(low, ratio / ROOM);
          high = Math.max(high, ratio * ROOM);
        }
      }
    }
    int height = TOP + rows.size() * ROW_HEIGHT + BOTTOM;
    Svg svg = new Svg(WIDTH, height, title);
    svg.text(16, 20, Anchor.start, "name", title);
    double last = -TICK_PIXELS_MIN;
    for (double tick : TICKS) {
      double at = x(tick, low, high);
      boolean isOne = tick == 1;
      double one = x(1, low, high);
      boolean isCrowded =
          at - last < TICK_PIXELS_MIN || (!isOne && Math.abs(at - one) < TICK_PIXELS_MIN);
      if (tick < low || tick > high || (isCrowded && !isOne)) {
        continue;
      }
      svg.line(at, TOP - 6, at, height - BOTTOM, isOne ? "one" : "grid");
      svg.text(
          at, height - BOTTOM + 18, Anchor.middle, isOne ? "ink" : "", "x " + Svg.number(tick));
      last = at;
    }
    for (int i = 0; i < rows.size(); i++) {
      draw(svg, rows.get(i), TOP + i * ROW_HEIGHT + ROW_HEIGHT / 2.0, low, high);
    }
    return svg;
  }

  private static void draw(Svg svg, Row row, double y, double low, double high) {
    boolean isGood = row.median < 1 == row.isLessBetter;
    String colour = row.isCertain ? isGood ? "var(--good)" : "var(--bad)" : "var(--soft)";
    String text = String.format(Locale.ROOT, "%.2f%s", row.median, row.isCertain ? "" : " ?");
    String about =
        String.format(
            Locale.ROOT,
            "%s: median %.3f, quartiles %.3f and %.3f, %d rounds",
            row.name,
            row.median,
            row.lowerQuartile,
            row.upperQuartile,
            row.ratios.size());
    svg.text(16, y + 4, Anchor.start, "ink", row.name);
    double left = x(row.lowerQuartile, low, high);
    double right = x(row.upperQuartile, low, high);
    svg.box(left, y - 9, right - left, 18, 0.28, colour, about);
    for (double ratio : row.ratios) {
      if (ratio > 0) {
        svg.dot(x(ratio, low, high), y, 3, colour, Svg.number(ratio));
      }
    }
    svg.box(x(row.median, low, high) - 1.5, y - 11, 3, 22, 1, colour, about);
    svg.text(WIDTH - RIGHT + 14, y + 4, Anchor.start, "ink", text);
  }

  private static double x(double ratio, double low, double high) {
    double place = Math.log(ratio / low) / Math.log(high / low);
    return LEFT + place * (WIDTH - LEFT - RIGHT);
  }
}
