package io.larder.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.stats.CacheCounter;
import io.larder.platform.time.SystemClock;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.Tally;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** As many seeds as there is time for, a third of it for each world. */
class SeedsTest {
  private static final long SECONDS = Long.getLong("larder.simulation.seconds", 60) / 3;

  /** So that a slow machine proves something too. */
  private static final long SEED_COUNT_MIN = 200;

  /** What so many seeds of the cache are sure to meet. */
  private static final Set<CacheCounter> MET =
      EnumSet.of(
          CacheCounter.RAM_HITS,
          CacheCounter.FLASH_HITS,
          CacheCounter.TAG_COLLISIONS,
          CacheCounter.CHECKSUM_FAILURES,
          CacheCounter.FLASH_READ_FAILURES,
          CacheCounter.KEPT_IN_RAM,
          CacheCounter.EVICTED_FROM_RAM,
          CacheCounter.EVICTED_FROM_FLASH,
          CacheCounter.LOST_WITH_PAGE,
          CacheCounter.RECLAIMED,
          CacheCounter.WRITE_PAUSES);

  @Test
  void everySeedEndsWellAndItsBooksBalance() {
    Tally sum = run(WorldKind.ENGINE);

    assertThat(FaultKind.values())
        .as("kinds that struck")
        .allMatch(kind -> sum.faultCount(kind) > 0);
    assertThat(sum.damageFoundCount()).isPositive();
    assertThat(sum.recordsChecked()).isGreaterThan(20 * sum.damageFoundCount());
  }

  @Test
  void everySeedOfTheCacheIsAnsweredAsItMayBe() {
    Tally sum = run(WorldKind.CACHE);

    assertThat(MET).as("what was met").allMatch(counter -> sum.count(counter) > 0);
    assertThat(sum.faultCount(FaultKind.WRITE_ERROR)).isPositive();
    assertThat(sum.recordsChecked()).isGreaterThan(20 * sum.forgottenCount());
  }

  @Test
  void everySeedOfTheCrashesFindsWhatWasConfirmedOrNothing() {
    Tally sum = run(WorldKind.CRASH);

    assertThat(sum.crashCount()).as("crash points").isGreaterThan(1000);
    assertThat(sum.stopCount()).isPositive();
    assertThat(sum.recordsRestored()).isPositive();
    System.out.printf(
        "%,d crash points, %,d stops in order, %,d records found again%n",
        sum.crashCount(), sum.stopCount(), sum.recordsRestored());
  }

  private static Tally run(WorldKind kind) {
    SystemClock clock = new SystemClock();
    long end = clock.nanos() + TimeUnit.SECONDS.toNanos(SECONDS);
    Tally sum = new Tally();
    long seed = 1;
    long seedCountMin = kind == WorldKind.CRASH ? SEED_COUNT_MIN / 4 : SEED_COUNT_MIN;
    for (; seed <= seedCountMin || clock.nanos() < end; seed++) {
      Simulation.Result result = kind.run(seed);
      assertThat(result.failure())
          .as("repeat it with ./larder simulate --world " + kind.word() + " --seed " + seed)
          .isNull();
      sum.add(result.tally());
    }
    System.out.printf(
        "simulation of the %s: %,d seeds, %,d operations, %,d records checked, %,d pages"
            + " reclaimed%n",
        kind.word(), seed - 1, sum.operationCount(), sum.recordsChecked(), sum.pagesReclaimed());
    return sum;
  }
}
