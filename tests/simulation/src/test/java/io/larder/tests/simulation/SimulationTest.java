package io.larder.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.Reservation;
import io.larder.tests.simulation.device.FaultRates;
import io.larder.tests.simulation.device.SimulatedDevice;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.owner.Held;
import io.larder.tests.simulation.owner.RecordFormat;
import io.larder.tests.simulation.world.Scenario;
import io.larder.tests.simulation.world.World;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator itself: it repeats, it finds what is wrong, and every kind of fault strikes. */
class SimulationTest {
  private static final long SEED = 4;

  /** Time, and flushes: how many writes one of these takes is the engine's affair. */
  private static final Set<EngineCounter> COUNTED_ONCE =
      EnumSet.of(EngineCounter.DEVICE_WRITE_NANOS, EngineCounter.DEVICE_WRITES);

  // ---------------------------------------------------------------- repeating

  @Test
  void sameSeedIsTheSameRun() {
    for (long seed = 1; seed <= 20; seed++) {
      Simulation.Result first = WorldKind.ENGINE.run(seed);
      Simulation.Result second = WorldKind.ENGINE.run(seed);

      assertThat(second.traceHash()).as("trace of seed " + seed).isEqualTo(first.traceHash());
      assertThat(second.eventCount()).isEqualTo(first.eventCount());
    }
  }

  @Test
  void aTraceThatIsReadIsTheSameRunToo() {
    List<String> lines = new ArrayList<>();

    Simulation.Result read = Simulation.run(Scenario.of(SEED), Trace.to(lines::add));

    assertThat(read.traceHash()).isEqualTo(WorldKind.ENGINE.run(SEED).traceHash());
    assertThat(lines).hasSize((int) read.eventCount());
  }

  @Test
  void anotherSeedIsAnotherRun() {
    assertThat(WorldKind.ENGINE.run(1).traceHash())
        .isNotEqualTo(WorldKind.ENGINE.run(2).traceHash());
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfFaultStrikesWhereItMay(FaultKind kind) {
    Tally sum = new Tally();
    for (long seed = 1; seed <= 10; seed++) {
      Scenario scenario = Scenario.of(seed).with(FaultRates.none().with(kind, 100_000));
      Simulation.Result result = Simulation.run(scenario, Trace.silent());

      assertThat(result.failure()).as("seed " + seed).isNull();
      sum.add(result.tally());
    }
    assertThat(sum.faultCount(kind)).isPositive();
  }

  // ------------------------------------------------------- finding what is wrong

  @Test
  void aWorldThatNobodySpoilsEndsWell() {
    try (World world = aWorldUnderWay()) {
      world.end();
    }
  }

  @Test
  void aBitThatTurnsWithoutAFaultIsFound() {
    try (World world = aWorldUnderWay()) {
      Held held = aSealedRecord(world);
      deviceOf(world, held).memory().flipBit(offsetOf(world, held) + 20, 3);

      assertFails(world, "bytes that nothing has damaged are not the record's");
    }
  }

  @Test
  void anotherRecordsBytesWithAGoodChecksumAreFound() {
    try (World world = aWorldUnderWay()) {
      Held held = aSealedRecord(world);
      Held other =
          new Held(
              held.key(),
              held.stamp() + 1_000_000,
              held.pageId(),
              held.version(),
              held.offsetUnits(),
              held.lengthBytes(),
              held.countedBytes(),
              held.expirySeconds());
      deviceOf(world, held).memory().putBytes(offsetOf(world, held), bytesOf(other));

      assertFails(world, "wrong bytes that look right");
    }
  }

  @Test
  void aPagePutInThePlaceOfAnotherIsFound() {
    try (World world = aWorldUnderWay()) {
      Held held = aSealedRecord(world);
      SimulatedDevice device = deviceOf(world, held);
      int pageBytes = world.store().geometry().pageBytes();
      long start = world.store().page(held.pageId()).deviceOffsetBytes();
      long another = start == 0 ? pageBytes : start - pageBytes;
      device.memory().putBytes(start, device.memory().bytes(another, pageBytes));

      assertFails(world, "nothing has damaged");
    }
  }

  @Test
  void aRecordForgottenTwiceIsFound() {
    try (World world = aWorldUnderWay()) {
      Held held = aSealedRecord(world);
      world.store().forget(held.pageId(), held.offsetUnits(), held.countedBytes());

      assertFails(world, "live records of");
    }
  }

  @Test
  void anAddressThatTheStoreDoesNotKnowIsFound() {
    try (World world = aWorldUnderWay()) {
      Held held = aSealedRecord(world);
      world.owner().makeTwin(held.key());
      Held elsewhere =
          new Held(
              held.key(),
              held.stamp(),
              freePages(world).getFirst().id(),
              held.version(),
              held.offsetUnits(),
              held.lengthBytes(),
              held.countedBytes(),
              held.expirySeconds());
      world.owner().committed(elsewhere);

      assertFails(world, "an address of a page that is gone");
    }
  }

  @Test
  void aLeaseThatIsNotReturnedIsFound() {
    try (World world = aWorldUnderWay()) {
      Page page = world.store().page(aSealedRecord(world).pageId());
      assertThat(page.lease()).isTrue();

      assertFails(world, "leases of");
    }
  }

  @Test
  void aWriteBufferThatIsNotReturnedIsFound() {
    try (World world = aWorldUnderWay()) {
      operateUntil(
          world,
          () ->
              world.store().reserve(Bucket.DEFAULT, 100, 1, new Reservation())
                  == ReserveOutcome.RESERVED);

      assertFails(world, "no rest");
    }
  }

  @Test
  void aCounterThatIsOffByOneIsFound() {
    for (EngineCounter counter : EngineCounter.values()) {
      if (COUNTED_ONCE.contains(counter)) {
        continue;
      }
      try (World world = aWorldUnderWay()) {
        world.store().stats().increment(counter);

        assertThatThrownBy(world::end).as(counter.name()).isInstanceOf(SimulationFailure.class);
      }
    }
  }

  // ------------------------------------------------------------------- worlds

  /** A sound machine with pages enough for some to be sealed and some to be free. */
  private static Scenario scenario() {
    return new Scenario(
        SEED,
        32 * 1024,
        8 * 1024,
        8,
        List.of(16 * 32 * 1024L, 8 * 32 * 1024L),
        512,
        300,
        1500,
        20,
        3,
        2000,
        8,
        ReclaimLimits.NONE,
        Scenario.usualWeights(),
        FaultRates.none());
  }

  private static World aWorldUnderWay() {
    World world = new World(scenario(), new Tally(), Trace.silent());
    world.operate(1000);
    // Until there is something of everything that a test spoils.
    operateUntil(world, () -> !sealedRecords(world).isEmpty() && freePages(world).size() >= 3);
    world.check();
    return world;
  }

  private static void operateUntil(World world, BooleanSupplier isSo) {
    for (int i = 0; !isSo.getAsBoolean(); i++) {
      assertThat(i).as("operations until the world is as it is wanted").isLessThan(10_000);
      world.operate(1);
    }
  }

  private static void assertFails(World world, String message) {
    assertThatThrownBy(
            () -> {
              world.check();
              world.readBack();
              world.end();
            })
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining(message);
  }

  private static Held aSealedRecord(World world) {
    return sealedRecords(world).getFirst();
  }

  private static List<Held> sealedRecords(World world) {
    return world.owner().held().stream()
        .filter(held -> world.store().page(held.pageId()).state() == PageState.SEALED)
        .filter(held -> !world.store().page(held.pageId()).snapshot().givingUp())
        .toList();
  }

  private static List<PageSnapshot> freePages(World world) {
    return world.store().snapshot().pages().stream()
        .filter(page -> page.state() == PageState.FREE)
        .toList();
  }

  private static SimulatedDevice deviceOf(World world, Held held) {
    return world.devices().get(world.store().page(held.pageId()).deviceIndex());
  }

  private static long offsetOf(World world, Held held) {
    return world.store().page(held.pageId()).deviceOffsetBytes()
        + (long) held.offsetUnits() * world.store().geometry().unitBytes();
  }

  private static byte[] bytesOf(Held held) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(held.lengthBytes());
      RecordFormat.write(memory, 0, held);
      return memory.toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
