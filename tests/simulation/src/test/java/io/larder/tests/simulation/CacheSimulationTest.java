package io.larder.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.cache.stats.CacheCounter;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.Bucket;
import io.larder.engine.stats.EngineCounter;
import io.larder.tests.simulation.cacheworld.CacheOperation;
import io.larder.tests.simulation.cacheworld.CacheScenario;
import io.larder.tests.simulation.cacheworld.CacheWorld;
import io.larder.tests.simulation.cacheworld.FlashScenario;
import io.larder.tests.simulation.cacheworld.Tampering;
import io.larder.tests.simulation.device.FaultRates;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulator of the cache itself: it repeats, and it finds a cache that is wrong. */
class CacheSimulationTest {

  // ---------------------------------------------------------------- repeating

  @Test
  void sameSeedIsTheSameRun() {
    for (long seed = 1; seed <= 10; seed++) {
      Simulation.Result first = WorldKind.CACHE.run(seed);
      Simulation.Result second = WorldKind.CACHE.run(seed);

      assertThat(second.traceHash()).as("trace of seed " + seed).isEqualTo(first.traceHash());
      assertThat(second.eventCount()).isEqualTo(first.eventCount());
    }
  }

  @Test
  void aTraceThatIsReadIsTheSameRunToo() {
    List<String> lines = new ArrayList<>();

    Simulation.Result read = WorldKind.CACHE.run(3, Trace.to(lines::add));

    assertThat(read.traceHash()).isEqualTo(WorldKind.CACHE.run(3).traceHash());
    assertThat(lines).hasSize((int) read.eventCount());
  }

  @Test
  void anotherSeedIsAnotherRun() {
    assertThat(WorldKind.CACHE.run(1).traceHash()).isNotEqualTo(WorldKind.CACHE.run(2).traceHash());
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfFaultStrikesWhereItMay(FaultKind kind) {
    Tally sum = new Tally();
    for (long seed = 1; sum.faultCount(kind) == 0 && seed <= 40; seed++) {
      CacheScenario scenario = CacheScenario.of(seed).with(FaultRates.none().with(kind, 100_000));
      Simulation.Result result = Simulation.run(scenario, Trace.silent());

      assertThat(result.failure()).as("seed " + seed).isNull();
      sum.add(result.tally());
    }
    assertThat(sum.faultCount(kind)).isPositive();
  }

  // ------------------------------------------------------- finding what is wrong

  @Test
  void aCacheThatNobodySpoilsEndsWell() {
    assertThat(run(1, Tampering.NONE).failure()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void aCacheThatIsWrongInOneWayIsFound(WrongCache.Way way) {
    Throwable failure = null;
    for (long seed = 1; failure == null && seed <= 20; seed++) {
      failure = run(seed, way.tampering()).failure();
    }

    assertThat(failure)
        .isInstanceOf(SimulationFailure.class)
        .message()
        .containsPattern(way.found());
  }

  @Test
  void aFlushAllThatIsNotCarriedOutIsFound() {
    Tampering deaf =
        new Tampering() {
          @Override
          public boolean passesFlushAll() {
            return false;
          }
        };

    assertThat(run(1, deaf).failure()).hasMessageContaining("was shown");
  }

  @Test
  void anItemThatTheIndexLosesIsFound() {
    CacheScenario scenario = scenario(1);
    try (CacheWorld world = new CacheWorld(scenario, new Tally(), Trace.silent())) {
      world.operate(scenario.operationCount());
      world.rest();
      world.check();
      // Everything is gone, and the oracle has not been told.
      world.cache().flushAll(0);

      assertThatThrownBy(world::end).hasMessageContaining("nothing has been lost");
    }
  }

  // ------------------------------------------------------------ rare places

  @Test
  void popularItemsComeBackToRamAndReturnToTheirCopies() {
    Tally tally = play(flashScenario(2 << 20, 100_000, 64 * 1024, 9000, 20_000, 80, 20_000));

    assertThat(tally.count(CacheCounter.RECACHED)).isPositive();
    assertThat(tally.count(CacheCounter.DEMOTED_TO_TWIN)).isPositive();
  }

  @Test
  void itemsThatWereReadAreMovedOffPagesThatGo() {
    Tally tally = play(flashScenario(1 << 20, 100_000, 8 * 1024, 5000, 20_000, 90, 15_000));

    assertThat(tally.count(EngineCounter.RECORDS_RESCUED)).isPositive();
    assertThat(tally.count(CacheCounter.EVICTED_FROM_FLASH)).isPositive();
  }

  @Test
  void moreItemsThanTheIndexHasMemoryFor() {
    Tally tally = play(flashScenario(1 << 20, 10_000, 64 * 1024, 150_000, 4, 10, 7000));

    assertThat(tally.count(CacheCounter.INDEX_FULL_EVICTIONS)).isPositive();
  }

  // ------------------------------------------------------------ what once failed

  /**
   * Seeds, and what they found: 2 and 50, a change that waited for room overtaken by what was asked
   * later on its key; 191, a read forgotten because a touch of the item was under way; 1006, a
   * flush_all that was due, put off by a later one; 100026, items of other keys that a refused
   * store took with it, uncounted. The first three are also held by tests of the cache.
   */
  @ParameterizedTest
  @ValueSource(longs = {2, 50, 191, 1006, 1196, 3462, 100026})
  void seedsThatOnceFailedPass(long seed) {
    assertThat(WorldKind.CACHE.run(seed).failure()).isNull();
  }

  // ------------------------------------------------------------------- worlds

  private static Simulation.Result run(long seed, Tampering tampering) {
    return Simulation.run(scenario(seed), Trace.silent(), tampering);
  }

  private static Tally play(CacheScenario scenario) {
    Simulation.Result result = Simulation.run(scenario, Trace.silent());
    assertThat(result.failure()).isNull();
    return result.tally();
  }

  /** A sound machine with 24 pages of sixteen write buffers. */
  private static CacheScenario flashScenario(
      long ramBytes,
      int itemBytesMax,
      int bufferBytes,
      int keyCount,
      int valueBytesMax,
      int readPercent,
      int operationCount) {
    Map<CacheOperation, Integer> weights = new EnumMap<>(CacheScenario.usualWeights());
    weights.put(CacheOperation.FLUSH_ALL, 0);
    weights.put(CacheOperation.RESIZE_RAM, 0);
    weights.put(CacheOperation.TUNE, 0);
    weights.put(CacheOperation.READ_OFTEN, 30);
    weights.put(CacheOperation.FILL, 8);
    weights.put(CacheOperation.WORK, 300);
    int pageBytes = 16 * bufferBytes;
    FlashScenario flash =
        new FlashScenario(
            pageBytes, bufferBytes, 8, List.of(24L * pageBytes), List.of(Bucket.DEFAULT), 512, 0);
    return new CacheScenario(
        1,
        ramBytes,
        Math.min(itemBytesMax, PageGeometry.of(pageBytes).recordBytesMax()),
        flash,
        64,
        keyCount,
        valueBytesMax,
        2,
        readPercent,
        0,
        1,
        500,
        0,
        true,
        operationCount,
        8,
        weights,
        FaultRates.none());
  }

  /**
   * A sound machine, and nobody who compares the books before the end, so that it is the oracle who
   * finds what is wrong.
   */
  private static CacheScenario scenario(long seed) {
    Map<CacheOperation, Integer> weights = new EnumMap<>(CacheScenario.usualWeights());
    weights.put(CacheOperation.CHECK, 0);
    weights.put(CacheOperation.FLUSH_ALL, 0);
    return new CacheScenario(
        seed,
        1 << 20,
        100_000,
        null,
        64,
        200,
        2000,
        2,
        50,
        0,
        1,
        100,
        0,
        true,
        4000,
        8,
        weights,
        FaultRates.none());
  }
}
