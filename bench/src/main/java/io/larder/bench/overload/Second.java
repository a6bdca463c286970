package io.larder.bench.overload;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * About a second of a scene.
 *
 * @param seconds since the scene began
 * @param lengthSeconds of it
 * @param probe latencies of the gets of hot keys, in nanoseconds
 * @param late how late a thread of the client woke that only slept, in nanoseconds
 * @param rssBytes of the server at its end
 * @param counters of the server at its end, by name
 */
record Second(
    double seconds,
    double lengthSeconds,
    Histogram probe,
    Histogram late,
    long rssBytes,
    Map<String, Double> counters) {

  double probeMicros(double percentile) {
    return probe.getValueAtPercentile(percentile) / 1e3;
  }

  double counter(String name) {
    return counters.getOrDefault(name, 0.0);
  }
}
