package io.larder.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may be called a difference. */
class PairedRatioTest {
  @Test
  void aMachineThatChangesFromRoundToRoundChangesBoth() {
    PairedRatio ratio =
        PairedRatio.of(
            List.of(10.0, 100.0, 20.0, 200.0, 40.0), List.of(20.0, 200.0, 40.0, 400.0, 80.0));

    assertThat(ratio.median()).isEqualTo(0.5);
    assertThat(ratio.lowerQuartile()).isEqualTo(0.5);
    assertThat(ratio.upperQuartile()).isEqualTo(0.5);
  }

  @Test
  void fiveRoundsAreNeverCertainAndSixThatAgreeAre() {
    assertThat(PairedRatio.of(times(2.0, 5), times(1.0, 5)).isCertain()).isFalse();
    assertThat(PairedRatio.of(times(2.0, 6), times(1.0, 6)).isCertain()).isTrue();
    assertThat(PairedRatio.of(times(0.99, 6), times(1.0, 6)).isCertain()).isTrue();
  }

  @Test
  void aRoundThatDisagreesTakesMoreThatAgree() {
    List<Double> ones = times(1.0, 9);
    assertThat(PairedRatio.of(List.of(2.0, 2.0, 0.9, 2.0, 2.0, 2.0), ones).isCertain()).isFalse();
    assertThat(
            PairedRatio.of(List.of(2.0, 2.0, 0.9, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0), ones).isCertain())
        .isTrue();
  }

  @Test
  void thatNothingDiffersIsNoDifference() {
    PairedRatio ratio = PairedRatio.of(times(3.0, 20), times(3.0, 20));

    assertThat(ratio.isCertain()).isFalse();
    assertThat(ratio.describe()).isEqualTo("1.00 [1.00 1.00] ?");
  }

  @Test
  void quartilesLieBetweenTheRounds() {
    PairedRatio ratio = PairedRatio.of(List.of(4.0, 1.0, 2.0, 3.0), times(1.0, 4));

    assertThat(ratio.median()).isEqualTo(2.5);
    assertThat(ratio.lowerQuartile()).isCloseTo(1.75, within(1e-9));
    assertThat(ratio.upperQuartile()).isCloseTo(3.25, within(1e-9));
  }

  @Test
  void withoutFiguresThereIsNothingToSay() {
    assertThat(PairedRatio.of(List.of(), List.of()).describe()).isEmpty();
    assertThat(PairedRatio.of(times(Double.NaN, 6), times(Double.NaN, 6)).describe()).isEmpty();
  }

  private static List<Double> times(double value, int count) {
    return Collections.nCopies(count, value);
  }
}
