package io.larder.bench.plot;

import io.larder.bench.plot.Svg.Anchor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lines over one axis.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class LinePlot {
  /** How an axis is drawn; its ends come from the values. */
  public enum Scale {
    /** From 0. */
    LINEAR,
    /** From 0, ending with the values: seconds of a run. */
    TIME,
    /** Each power of ten as long as the next. */
    LOG,
    /** Few values, each written, in even ratios. */
    STEPS,
    /** Percentiles of a distribution, as HdrHistogram's plots have them. */
    PERCENTILES
  }

  private record Series(String name, List<double[]> points) {}

  private record Limit(double value, String name) {}

  private static final int WIDTH = 600;
  private static final int HEIGHT = 330;
  private static final int LEFT = 62;
  private static final int RIGHT = 18;
  private static final int TOP = 74;
  private static final int BOTTOM = 48;
  private static final int DOTS_MAX = 40;
  private static final double LETTER_WIDTH = 6.6;
  private static final double HEADROOM = 1.15;

  private final String title;
  private final String xName;
  private final Scale xScale;
  private final String yName;
  private final Scale yScale;
  private final List<Series> series = new ArrayList<>();
  private final List<Limit> limits = new ArrayList<>();

  /** An empty plot. The names of axes say their units. */
  public LinePlot(String title, String xName, Scale xScale, String yName, Scale yScale) {
    this.title = title;
    this.xName = xName;
    this.xScale = xScale;
    this.yName = yName;
    this.yScale = yScale;
  }

  /** Adds a line through points that are in order; what is no number is left out. */
  public LinePlot line(String name, List<double[]> points) {
    List<double[]> drawn =
        points.stream()
            .filter(point -> Double.isFinite(point[0]) && Double.isFinite(point[1]))
            .filter(point -> yScale != Scale.LOG || point[1] > 0)
            .filter(point -> !hasLogarithm(xScale) || point[0] > 0)
            .toList();
    if (!drawn.isEmpty()) {
      series.add(new Series(name, drawn));
    }
    return this;
  }

  /** Adds a level that should not be passed. */
  public LinePlot limit(double value, String name) {
    limits.add(new Limit(value, name));
    return this;
  }

  /** Whether there is anything to see. */
  public boolean isEmpty() {
    return series.isEmpty();
  }

  /** The drawing, for a report. */
  public String inline() {
    return draw().inline();
  }

  /** The drawing, as a file of its own. */
  public String alone() {
    return draw().alone();
  }

  private static boolean hasLogarithm(Scale scale) {
    return scale == Scale.LOG || scale == Scale.STEPS;
  }

  private Svg draw() {
    Svg svg = new Svg(WIDTH, HEIGHT, title);
    Axis x = axis(xName, xScale, 0);
    Axis y = axis(yName, yScale, 1);
    svg.text(LEFT - 46, 20, Anchor.start, "name", title);
    legend(svg);
    svg.text(LEFT - 46, TOP - 14, Anchor.start, "", yName);
    axes(svg, x, y);
    for (int i = 0; i < series.size(); i++) {
      draw(svg, series.get(i), Style.ofSeries(i), x, y);
    }
    for (Limit limit : limits) {
      double at = y(y, limit.value);
      svg.line(LEFT, at, WIDTH - RIGHT, at, "limit");
      svg.text(WIDTH - RIGHT, at - 5, Anchor.end, "limit-name", limit.name);
    }
    return svg;
  }

  private void legend(Svg svg) {
    double at = LEFT - 46;
    for (int i = 0; i < series.size(); i++) {
      svg.box(at, 33, 14, 4, 1, Style.ofSeries(i), series.get(i).name);
      svg.text(at + 19, 39, Anchor.start, "ink", series.get(i).name);
      at += 19 + series.get(i).name.length() * LETTER_WIDTH + 16;
    }
  }

  private void axes(Svg svg, Axis x, Axis y) {
    for (Axis.Tick tick : y.ticks()) {
      double at = y(y, tick.value());
      svg.line(LEFT, at, WIDTH - RIGHT, at, "grid");
      svg.text(LEFT - 8, at + 4, Anchor.end, "", tick.text());
    }
    for (Axis.Tick tick : x.ticks()) {
      double at = x(x, tick.value());
      svg.line(at, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 4, "axis");
      svg.text(at, HEIGHT - BOTTOM + 18, Anchor.middle, "", tick.text());
    }
    svg.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis");
    svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, Anchor.middle, "", xName);
  }

  private static void draw(Svg svg, Series one, String colour, Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    for (double[] point : one.points) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(Svg.number(x(x, point[0])))
          .append(' ')
          .append(Svg.number(y(y, point[1])));
    }
    svg.path(path.toString(), colour, one.name);
    if (one.points.size() <= DOTS_MAX) {
      for (double[] point : one.points) {
        svg.dot(
            x(x, point[0]),
            y(y, point[1]),
            4,
            colour,
            "%s: %s at %s".formatted(one.name, Axis.shortly(point[1]), Axis.shortly(point[0])));
      }
    }
  }

  private Axis axis(String name, Scale scale, int coordinate) {
    double[] values =
        series.stream()
            .flatMap(one -> one.points.stream())
            .mapToDouble(point -> point[coordinate])
            .sorted()
            .toArray();
    double smallest = values.length == 0 ? 1 : values[0];
    double largest = values.length == 0 ? 1 : values[values.length - 1];
    if (coordinate == 1) {
      for (Limit limit : limits) {
        largest = Math.max(largest, limit.value * HEADROOM);
      }
    }
    return switch (scale) {
      case LINEAR -> Axis.linear(name, largest);
      case TIME -> Axis.time(name, largest);
      case LOG -> Axis.log(name, smallest / HEADROOM, largest * HEADROOM);
      case STEPS -> Axis.steps(name, Arrays.stream(values).distinct().boxed().toList());
      case PERCENTILES -> Axis.percentiles(name, largest);
    };
  }

  private static double x(Axis axis, double value) {
    return LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double y(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM);
  }
}
