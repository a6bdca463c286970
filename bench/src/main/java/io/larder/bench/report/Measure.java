package io.larder.bench.report;

/**
 * One run of one contender.
 *
 * @param operations how many were carried out
 * @param bytes of these operations together
 * @param seconds they took
 * @param cpuSeconds of the whole process meanwhile
 * @param p50Micros half of the reads, or of the device writes of an append, took no longer
 * @param p99Micros 99 in a hundred took no longer
 * @param p999Micros 999 in a thousand took no longer; 0 where that is not known
 */
public record Measure(
    long operations,
    long bytes,
    double seconds,
    double cpuSeconds,
    double p50Micros,
    double p99Micros,
    double p999Micros) {

  public double perSecond() {
    return operations / seconds;
  }

  /** Millions of bytes a second. */
  public double megabytesPerSecond() {
    return bytes / seconds / 1e6;
  }

  public double cpuSecondsPerMillion() {
    return cpuSeconds * 1e6 / Math.max(1, operations);
  }

  public double cpuSecondsPerGigabyte() {
    return cpuSeconds * 1e9 / Math.max(1, bytes);
  }
}
