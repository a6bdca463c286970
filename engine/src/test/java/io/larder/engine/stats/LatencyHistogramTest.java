package io.larder.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Durations, counted in steps of an eighth. */
class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram();

  private void recordMicros(long micros) {
    histogram.record(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  @Test
  void nothingCountedIsZeroThroughout() {
    assertThat(histogram.snapshot()).isEqualTo(new LatencySnapshot(0, 0, 0, 0));
  }

  @Test
  void everyDurationFallsIntoTheStepThatHoldsIt() {
    for (long micros = 0; micros < 1L << 22; micros += 1 + micros / 100) {
      int step = LatencyHistogram.stepOf(micros);
      long lowest = step == 0 ? 0 : LatencyHistogram.highestMicros(step - 1) + 1;
      assertThat(micros).isBetween(lowest, LatencyHistogram.highestMicros(step));
      assertThat(LatencyHistogram.highestMicros(step) - lowest)
          .as("width of the step of " + micros)
          .isLessThanOrEqualTo(micros / 8);
    }
  }

  @Test
  void halfAndNinetyNineInAHundredAreToldToWithinAnEighth() {
    for (int i = 1; i <= 1000; i++) {
      recordMicros(i);
    }

    LatencySnapshot seen = histogram.snapshot();
    assertThat(seen.count()).isEqualTo(1000);
    assertThat(seen.p50Micros()).isBetween(500L, 563L);
    assertThat(seen.p99Micros()).isBetween(990L, 1000L);
    assertThat(seen.maxMicros()).isEqualTo(1000);
  }

  @Test
  void oneSlowOneInAThousandShowsInTheMaximumAlone() {
    for (int i = 0; i < 999; i++) {
      recordMicros(5);
    }
    recordMicros(2_000_000);

    assertThat(histogram.snapshot()).isEqualTo(new LatencySnapshot(1000, 5, 5, 2_000_000));
  }

  @Test
  void clockThatGoesBackAndDaysOfWaitingAreCountedToo() {
    histogram.record(-1);
    histogram.record(Long.MAX_VALUE);

    LatencySnapshot seen = histogram.snapshot();
    assertThat(seen.count()).isEqualTo(2);
    assertThat(seen.p50Micros()).isZero();
    assertThat(seen.maxMicros()).isEqualTo(Long.MAX_VALUE / 1000);
  }

  @Test
  void resetForgetsEverything() {
    recordMicros(7);
    histogram.reset();

    assertThat(histogram.snapshot()).isEqualTo(new LatencySnapshot(0, 0, 0, 0));
  }
}
