package io.larder.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Steps run when the test says so, at the times they named. */
class ManualWorkTest {
  private final ManualClock clock = new ManualClock();
  private final ManualWork work = new ManualWork(clock);
  private final List<String> ran = new ArrayList<>();

  @Test
  void nothingRunsByItself() {
    Wakeup wakeup = work.start("a", step("a", Step.UNTIL_WOKEN));
    wakeup.wake();
    assertThat(ran).isEmpty();
    assertThat(work.dueNames()).containsExactly("a");
  }

  @Test
  void newStepsRunOnceAndThenWhenWoken() {
    Wakeup a = work.start("a", step("a", Step.UNTIL_WOKEN));
    work.start("b", step("b", Step.UNTIL_WOKEN));
    assertThat(work.runUntilIdle()).isEqualTo(2);
    assertThat(work.runUntilIdle()).isZero();

    a.wake();
    a.wake();
    assertThat(work.runUntilIdle()).isEqualTo(1);
    assertThat(ran).containsExactly("a", "b", "a");
  }

  @Test
  void stepWokenWhileItRunsRunsOnceMore() {
    List<Wakeup> self = new ArrayList<>();
    self.add(
        work.start(
            "a",
            () -> {
              ran.add("a");
              if (ran.size() == 1) {
                self.getFirst().wake();
              }
              return Step.UNTIL_WOKEN;
            }));
    assertThat(work.runUntilIdle()).isEqualTo(2);
  }

  @Test
  void busyStepsTakeTurns() {
    work.start("a", countdown("a", 3));
    work.start("b", countdown("b", 3));
    work.runUntilIdle();
    assertThat(ran).containsExactly("a", "b", "a", "b", "a", "b");
  }

  @Test
  void waitingStepRunsWhenTheClockHasReachedItsTime() {
    work.start("a", step("a", Duration.ofSeconds(10).toNanos()));
    assertThat(work.runUntilIdle()).isEqualTo(1);

    clock.advanceSeconds(9);
    assertThat(work.runUntilIdle()).isZero();
    clock.advanceSeconds(1);
    assertThat(work.runUntilIdle()).isEqualTo(1);
  }

  @Test
  void advancingStopsAtEveryMomentAStepHasNamed() {
    List<Long> times = new ArrayList<>();
    work.start(
        "a",
        () -> {
          times.add(clock.unixSeconds() - ManualClock.DEFAULT_START_SECONDS);
          return Duration.ofSeconds(3).toNanos();
        });
    assertThat(work.advance(Duration.ofSeconds(10))).isEqualTo(4);
    assertThat(times).containsExactly(0L, 3L, 6L, 9L);
    assertThat(clock.nanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
  }

  @Test
  void wakeUpComesBeforeTheTimeAStepHasNamed() {
    Wakeup a = work.start("a", step("a", Duration.ofHours(1).toNanos()));
    work.runUntilIdle();
    a.wake();
    assertThat(work.runUntilIdle()).isEqualTo(1);
  }

  @Test
  void stepsThatNeverRestAreFound() {
    ManualWork bounded = new ManualWork(clock, null, 100);
    bounded.start("restless", step("restless", Step.AT_ONCE));
    assertThatThrownBy(bounded::runUntilIdle)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("restless");
  }

  @Test
  void orderCanBeDrawnAndRepeated() {
    assertThat(drawn(1)).isEqualTo(drawn(1)).isNotEqualTo(drawn(2)).hasSize(30);
  }

  private List<String> drawn(long seed) {
    ran.clear();
    ManualWork random = new ManualWork(clock, new Random(seed), ManualWork.DEFAULT_RUN_COUNT_MAX);
    for (String name : List.of("a", "b", "c")) {
      random.start(name, countdown(name, 10));
    }
    random.runUntilIdle();
    return List.copyOf(ran);
  }

  @Test
  void namedStepRunsOnDemandEvenWhenItIsNotDue() {
    work.start("a", step("a", Step.UNTIL_WOKEN));
    work.runUntilIdle();
    work.runOnce("a");
    assertThat(ran).containsExactly("a", "a");
    assertThatThrownBy(() -> work.runOnce("b")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingRunsAfterTheEnd() {
    Wakeup a = work.start("a", step("a", Step.AT_ONCE));
    work.close();
    a.wake();
    assertThat(work.runUntilIdle()).isZero();
    assertThatThrownBy(() -> work.start("b", step("b", 0)))
        .isInstanceOf(IllegalStateException.class);
  }

  private Step step(String name, long waitNanos) {
    return () -> {
      ran.add(name);
      return waitNanos;
    };
  }

  private Step countdown(String name, int times) {
    int[] left = {times};
    return () -> {
      ran.add(name);
      left[0]--;
      return left[0] > 0 ? Step.AT_ONCE : Step.UNTIL_WOKEN;
    };
  }
}
