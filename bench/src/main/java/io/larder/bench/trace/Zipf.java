package io.larder.bench.trace;

import io.larder.bench.workload.ZipfPopularity;
import java.util.SplittableRandom;

/** A made-up trace: independent reads, the n-th most popular key with a share of n^-exponent. */
public final class Zipf {
  private Zipf() {}

  /** The trace that {@code seed} draws. */
  public static Trace trace(double exponent, int keyCount, int requestCount, long seed) {
    ZipfPopularity popularity = new ZipfPopularity(keyCount, exponent);
    SplittableRandom random = new SplittableRandom(seed);
    TraceBuilder builder = new TraceBuilder(requestCount);
    for (int i = 0; i < requestCount; i++) {
      builder.add(popularity.next(random));
    }
    return builder.build();
  }
}
