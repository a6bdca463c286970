package io.larder.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What several rounds are summed up to. */
class MedianTest {
  @Test
  void theMiddleOfAnOddAndOfAnEvenNumber() {
    assertThat(Median.of(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(Median.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    assertThat(Median.of(List.of())).isNaN();
  }

  @Test
  void aRatioComparesRoundsOfTheSameMoment() {
    List<Measure> engine = List.of(of(90), of(10), of(40));
    List<Measure> fio = List.of(of(100), of(10), of(50));

    assertThat(Median.ratio(engine, fio, Measure::perSecond)).isEqualTo(0.9);
  }

  private static Measure of(long operations) {
    return new Measure(operations, 0, 1, 0, 0, 0, 0);
  }
}
