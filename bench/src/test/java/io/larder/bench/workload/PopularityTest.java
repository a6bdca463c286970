package io.larder.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws fall as often as they should. */
class PopularityTest {
  private static final int DRAWS = 400_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.75, 0.99, 1, 1.2, 2.5})
  void zipfDrawsEachRankInProportion(double theta) {
    int keys = 1000;
    double[] shares = shares(new ZipfPopularity(keys, theta), keys);

    double total = 0;
    for (int rank = 1; rank <= keys; rank++) {
      total += Math.pow(rank, -theta);
    }
    for (int rank : new int[] {1, 2, 3, 10, 100}) {
      double expected = Math.pow(rank, -theta) / total;
      assertThat(shares[rank - 1])
          .as("rank %d", rank)
          .isCloseTo(expected, within(6 * Math.sqrt(expected / DRAWS)));
    }
    assertThat(cumulated(shares, 500)).isCloseTo(share(theta, 500, keys), within(0.006));
  }

  @Test
  void zipfOfOneKeyAndOfVeryManyStaysInside() {
    SplittableRandom random = new SplittableRandom(1);
    assertThat(new ZipfPopularity(1, 0.99).next(random)).isZero();
    ZipfPopularity many = new ZipfPopularity(Integer.MAX_VALUE, 0.5);
    for (int i = 0; i < 10_000; i++) {
      assertThat(many.next(random)).isBetween(0L, Integer.MAX_VALUE - 1L);
    }
  }

  @Test
  void uniformDrawsAllAlike() {
    double[] shares = shares(Popularity.uniform(10), 10);
    for (double share : shares) {
      assertThat(share).isCloseTo(0.1, within(0.005));
    }
  }

  private static double[] shares(Popularity popularity, int keys) {
    SplittableRandom random = new SplittableRandom(7);
    double[] shares = new double[keys];
    for (int i = 0; i < DRAWS; i++) {
      shares[(int) popularity.next(random)] += 1.0 / DRAWS;
    }
    return shares;
  }

  private static double cumulated(double[] shares, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += shares[i];
    }
    return sum;
  }

  private static double share(double theta, int count, int keys) {
    double part = 0;
    double total = 0;
    for (int rank = 1; rank <= keys; rank++) {
      total += Math.pow(rank, -theta);
      part = rank == count ? total : part;
    }
    return part / total;
  }
}
