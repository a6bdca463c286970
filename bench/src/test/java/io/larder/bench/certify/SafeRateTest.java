package io.larder.bench.certify;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.bench.certify.SafeRate.Tried;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The highest rate of writes that leaves reads alone. */
class SafeRateTest {
  private static final double P99_MAX = 200;

  @Test
  void itIsTheHighestBelowTheFirstThatHurts() {
    List<Tried> tried =
        List.of(new Tried(300, 500), new Tried(100, 110), new Tried(200, 190), new Tried(400, 150));

    assertThat(SafeRate.of(tried, P99_MAX)).as("400 may have been luck").hasValue(200);
    assertThat(SafeRate.next(tried, P99_MAX)).hasValue(250);
  }

  @Test
  void nothingIsSafeWhereTheLowestHurts() {
    List<Tried> tried = List.of(new Tried(100, 201), new Tried(200, 900));

    assertThat(SafeRate.of(tried, P99_MAX)).isEmpty();
    assertThat(SafeRate.next(tried, P99_MAX)).hasValue(50);
  }

  @Test
  void whereNothingHurtsTheHighestIsSafeAndNoFurtherRateIsTried() {
    List<Tried> tried = List.of(new Tried(100, 20), new Tried(200, 200));

    assertThat(SafeRate.of(tried, P99_MAX)).hasValue(200);
    assertThat(SafeRate.next(tried, P99_MAX)).isEmpty();
  }
}
