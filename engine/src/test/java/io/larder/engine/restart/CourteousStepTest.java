package io.larder.engine.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.platform.work.Step;
import io.larder.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Work that lets others have the larger part. */
class CourteousStepTest {
  private static final Duration CALL = Duration.ofNanos(CourteousStep.TURN_NANOS * 2 / 5);

  private final ManualClock clock = new ManualClock();
  private long requestCount = 100;
  private long answer = Step.AT_ONCE;

  private Duration taking = CALL;

  private final CourteousStep step =
      new CourteousStep(
          () -> {
            clock.advance(taking);
            return answer;
          },
          () -> requestCount,
          clock);

  private long pauseOfATurn() {
    assertThat(step.run()).isEqualTo(Step.AT_ONCE);
    assertThat(step.run()).isEqualTo(Step.AT_ONCE);
    return step.run();
  }

  @Test
  void nobodyAsksAndItNeverRests() {
    for (int i = 0; i < 100; i++) {
      assertThat(step.run()).isEqualTo(Step.AT_ONCE);
    }
  }

  @Test
  void restsLongerThanItWorkedWhileRequestsCome() {
    requestCount++;
    assertThat(pauseOfATurn()).isEqualTo(CourteousStep.REST_PER_WORK * 3 * CALL.toNanos());
    requestCount++;
    assertThat(pauseOfATurn()).isEqualTo(CourteousStep.REST_PER_WORK * 3 * CALL.toNanos());
  }

  /** Found by the simulation, seed 3000033 of the world of crashes: it rested for minutes. */
  @Test
  void timeThatADeviceTookIsNotRestedFor() {
    taking = Duration.ofSeconds(30);
    requestCount++;

    assertThat(step.run()).isEqualTo(CourteousStep.REST_PER_WORK * CourteousStep.WORKED_NANOS_MAX);
  }

  @Test
  void restsNoMoreWhenRequestsHaveEnded() {
    requestCount++;
    assertThat(pauseOfATurn()).isPositive();
    assertThat(pauseOfATurn()).isEqualTo(Step.AT_ONCE);
  }

  @Test
  void whatItWorksForItWaitsForAsLongAsThatWants() {
    answer = Step.UNTIL_WOKEN;
    requestCount++;

    assertThat(step.run()).isEqualTo(Step.UNTIL_WOKEN);
  }
}
