package io.larder.bench.workload;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Popularity by what share of all requests goes to the keys up to a rank. Between two ranks that
 * are given, all keys are alike.
 *
 * <p><b>Threads.</b> Any.
 */
public final class TablePopularity implements Popularity {
  private final double[] shares;
  private final double[] ranks;
  private final long keyCount;
  private final String name;

  /**
   * Scaled to another number of keys, the shape stays: a tenth of the keys gets what a tenth got.
   *
   * @param upToRanks in rising order; the last is how many keys the table is of
   * @param upToShares of all requests, for the keys up to each of these ranks; the last is 1
   * @param keyCount to scale it to
   */
  public TablePopularity(long[] upToRanks, double[] upToShares, long keyCount, String name) {
    this.keyCount = keyCount;
    this.name = name;
    this.shares = upToShares.clone();
    this.ranks = new double[upToRanks.length];
    double scale = (double) keyCount / upToRanks[upToRanks.length - 1];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = upToRanks[i] * scale;
    }
  }

  @Override
  public long next(SplittableRandom random) {
    double share = random.nextDouble();
    int found = Arrays.binarySearch(shares, share);
    int above = Math.min(shares.length - 1, found < 0 ? ~found : found);
    double shareBelow = above == 0 ? 0 : shares[above - 1];
    double rankBelow = above == 0 ? 0 : ranks[above - 1];
    double part = (share - shareBelow) / (shares[above] - shareBelow);
    return Math.min(keyCount - 1, (long) (rankBelow + part * (ranks[above] - rankBelow)));
  }

  @Override
  public String describe() {
    return "popular as in " + name;
  }
}
