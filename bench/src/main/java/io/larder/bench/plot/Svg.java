package io.larder.bench.plot;

import java.util.Locale;

/**
 * A drawing as SVG, put together piece by piece.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class Svg {
  /** Where a text has its point. */
  enum Anchor {
    start,
    middle,
    end
  }

  private final StringBuilder body = new StringBuilder();
  private final int width;
  private final int height;
  private final String about;

  /** An empty drawing; {@code about} is for who cannot see it. */
  Svg(int width, int height, String about) {
    this.width = width;
    this.height = height;
    this.about = about;
  }

  void text(double x, double y, Anchor anchor, String style, String text) {
    body.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\"".formatted(number(x), number(y), anchor));
    if (!style.isEmpty()) {
      body.append(" class=\"").append(style).append('"');
    }
    body.append('>').append(escaped(text)).append("</text>\n");
  }

  void line(double x1, double y1, double x2, double y2, String style) {
    body.append(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" class=\"%s\"/>%n"
            .formatted(number(x1), number(y1), number(x2), number(y2), style));
  }

  /** A line through points, {@code path} being SVG's commands. */
  void path(String path, String colour, String about) {
    body.append(
        "<path class=\"line\" d=\"%s\" style=\"stroke:%s\"><title>%s</title></path>%n"
            .formatted(path, colour, escaped(about)));
  }

  void dot(double x, double y, double radius, String colour, String about) {
    body.append(
        "<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"%s\" style=\"fill:%s\"><title>%s</title></circle>%n"
            .formatted(number(x), number(y), number(radius), colour, escaped(about)));
  }

  void box(double x, double y, double w, double h, double opacity, String colour, String about) {
    body.append(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"3\" style=\"fill:%s;fill-opacity:%s\"><title>%s</title></rect>%n"
            .formatted(
                number(x),
                number(y),
                number(Math.max(1, w)),
                number(h),
                colour,
                number(opacity),
                escaped(about)));
  }

  /** The drawing, for a page that has its colours. */
  String inline() {
    return open("") + body + "</svg>\n";
  }

  /** The drawing as a file of its own. */
  String alone() {
    return open(" xmlns=\"http://www.w3.org/2000/svg\"")
        + "<style>"
        + Style.variables("svg")
        + Style.OF_PLOTS
        + "</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n"
        + body
        + "</svg>\n";
  }

  private String open(String more) {
    return "<svg%s class=\"plot\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">%n"
        .formatted(more, width, height, width, height, escaped(about));
  }

  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
