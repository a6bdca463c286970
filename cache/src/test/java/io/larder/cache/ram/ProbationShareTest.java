package io.larder.cache.ram;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ProbationShareTest {
  private static final Offset<Double> EXACTLY = Offset.offset(1e-9);

  private final ProbationShare share = new ProbationShare();

  private void miss(int fromProbation, int fromMain) {
    for (int i = 0; i < fromProbation; i++) {
      share.missedFrom(RamQueue.PROBATION);
    }
    for (int i = 0; i < fromMain; i++) {
      share.missedFrom(RamQueue.MAIN);
    }
  }

  @Test
  void isATenthUntilMissesSayOtherwise() {
    assertThat(share.ofProbation()).isEqualTo(0.1, EXACTLY);
    miss(10, 10);
    assertThat(share.ofProbation()).isEqualTo(0.1, EXACTLY);
  }

  @Test
  void growsByHalfAPercentWhereProbationIsMissedTwiceAsOften() {
    miss(14, 6);
    assertThat(share.ofProbation()).isEqualTo(0.105, EXACTLY);
    miss(13, 7);
    assertThat(share.ofProbation()).isEqualTo(0.105, EXACTLY);
  }

  @Test
  void shrinksAgainButNotUnderTheTenth() {
    miss(40, 0);
    miss(0, 20);
    assertThat(share.ofProbation()).isEqualTo(0.105, EXACTLY);
    miss(0, 200);
    assertThat(share.ofProbation()).isEqualTo(0.1, EXACTLY);
  }

  @Test
  void neverTakesMoreThanTwoFifths() {
    miss(20_000, 0);
    assertThat(share.ofProbation()).isEqualTo(0.4, EXACTLY);
  }
}
