package io.larder.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.platform.time.SystemClock;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.Tally;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** As many seeds as there is time for, and those that once found something. */
class SeedsTest {
  private static final long SECONDS = Long.getLong("larder.simulation.seconds", 40);

  /** So that a slow machine proves something too. */
  private static final long SEED_COUNT_MIN = 200;

  @Test
  void everySeedEndsWellAndItsBooksBalance() {
    SystemClock clock = new SystemClock();
    long end = clock.nanos() + TimeUnit.SECONDS.toNanos(SECONDS);
    Tally sum = new Tally();
    long seed = 1;
    for (; seed <= SEED_COUNT_MIN || clock.nanos() < end; seed++) {
      sum.add(pass(seed).tally());
    }

    System.out.printf(
        "simulation: %,d seeds, %,d operations, %,d records checked, %,d pages reclaimed%n",
        seed - 1, sum.operationCount(), sum.recordsChecked(), sum.pagesReclaimed());
    assertThat(FaultKind.values())
        .as("kinds that struck")
        .allMatch(kind -> sum.faultCount(kind) > 0);
    assertThat(sum.damageFoundCount()).isPositive();
    assertThat(sum.recordsChecked()).isGreaterThan(20 * sum.damageFoundCount());
  }

  private static Simulation.Result pass(long seed) {
    Simulation.Result result = WorldKind.ENGINE.run(seed);
    assertThat(result.failure()).as("repeat it with ./larder simulate --seed " + seed).isNull();
    return result;
  }
}
