package io.larder.bench.load;

import java.util.List;

/**
 * One phase, measured.
 *
 * @param tally what came of its requests
 * @param seconds from the first request to the last reply
 * @param serverCpuSeconds of the server's process meanwhile; NaN if its pid is not known
 * @param clientCpuSeconds of this process meanwhile
 * @param serverRssBytes of the server at the end; 0 if its pid is not known
 * @param course how far it had come, a few times a second
 */
public record LoadResult(
    Tally tally,
    double seconds,
    double serverCpuSeconds,
    double clientCpuSeconds,
    long serverRssBytes,
    List<Sample> course) {
  /**
   * How far a phase had come.
   *
   * @param seconds since it began
   * @param requests answered until then
   */
  public record Sample(double seconds, long requests) {}

  public double requestsPerSecond() {
    return tally.requestCount() / seconds;
  }

  public double keysPerSecond() {
    return tally.keyCount() / seconds;
  }

  /** Of the server, for each key asked for; NaN if its pid is not known. */
  public double serverCpuMicrosPerKey() {
    return serverCpuSeconds * 1e6 / Math.max(1, tally.keyCount());
  }

  public double clientCpuMicrosPerKey() {
    return clientCpuSeconds * 1e6 / Math.max(1, tally.keyCount());
  }
}
