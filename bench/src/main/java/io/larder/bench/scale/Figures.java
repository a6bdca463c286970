package io.larder.bench.scale;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a point has reached.
 *
 * @param startSeconds until the server answered
 * @param fillPerSecond items written a second
 * @param perSecond gets a second
 * @param cpuMicros of the server for each
 * @param p50Micros of a get
 * @param p99Micros of a get
 * @param hitPercent of the gets
 * @param flashPercent of the gets, found on flash
 * @param rssBytes of the server at the end
 * @param indexBytesPerItem as the server counts them
 */
public record Figures(
    double startSeconds,
    double fillPerSecond,
    double perSecond,
    double cpuMicros,
    double p50Micros,
    double p99Micros,
    double hitPercent,
    double flashPercent,
    double rssBytes,
    double indexBytesPerItem) {

  /** All of them by name. */
  public Map<String, Double> byName() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("startSeconds", startSeconds);
    figures.put("fillPerSecond", fillPerSecond);
    figures.put("perSecond", perSecond);
    figures.put("cpuMicros", cpuMicros);
    figures.put("p50Micros", p50Micros);
    figures.put("p99Micros", p99Micros);
    figures.put("hitPercent", hitPercent);
    figures.put("flashPercent", flashPercent);
    figures.put("rssBytes", rssBytes);
    figures.put("indexBytesPerItem", indexBytesPerItem);
    return figures;
  }

  static Figures ofNames(Map<String, Double> figures) {
    return new Figures(
        of(figures, "startSeconds"),
        of(figures, "fillPerSecond"),
        of(figures, "perSecond"),
        of(figures, "cpuMicros"),
        of(figures, "p50Micros"),
        of(figures, "p99Micros"),
        of(figures, "hitPercent"),
        of(figures, "flashPercent"),
        of(figures, "rssBytes"),
        of(figures, "indexBytesPerItem"));
  }

  private static double of(Map<String, Double> figures, String name) {
    return figures.getOrDefault(name, Double.NaN);
  }
}
