package io.larder.bench.workload;

import java.util.SplittableRandom;

/**
 * How often which key is asked for.
 *
 * <p><b>Threads.</b> Any; what is drawn from belongs to the caller.
 */
public interface Popularity {
  /** The rank of the next key to ask for: 0 is the most popular. */
  long next(SplittableRandom random);

  /** In a few words, for the report. */
  String describe();

  /** Every key as often as any other. */
  static Popularity uniform(long keyCount) {
    return new Popularity() {
      @Override
      public long next(SplittableRandom random) {
        return random.nextLong(keyCount);
      }

      @Override
      public String describe() {
        return "uniform";
      }
    };
  }
}
