package io.larder.bench.certify;

import java.util.List;

/**
 * What is measured, and for how long.
 *
 * @param depths reads under way at once
 * @param readBytes lengths of reads
 * @param writeBytes lengths of writes; the last is that of the runs of both at once
 * @param shares of the highest write rate, at which reads are measured
 * @param refinements further rates, between the highest safe one and the next
 * @param mixDepth reads under way while there are writes
 * @param factor by which the 99th percentile of reads may grow
 * @param seconds of each run
 */
public record CertifySettings(
    List<Integer> depths,
    List<Integer> readBytes,
    List<Integer> writeBytes,
    List<Double> shares,
    int refinements,
    int mixDepth,
    double factor,
    double seconds) {

  /** How many runs there are, at most. */
  public int runCount() {
    // Reads without writes come before the runs of both and after them.
    return depths.size() * readBytes.size() + writeBytes.size() + shares.size() + refinements + 2;
  }
}
