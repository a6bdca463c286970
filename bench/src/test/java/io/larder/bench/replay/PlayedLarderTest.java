package io.larder.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.bench.trace.Operation;
import io.larder.bench.trace.Trace;
import io.larder.bench.trace.TraceBuilder;
import io.larder.bench.trace.Zipf;
import io.larder.cache.stats.CacheCounter;
import org.junit.jupiter.api.Test;

/** Traces played to the production cache. */
class PlayedLarderTest {
  private static final long RAM_BYTES = 2 << 20;
  private static final long FLASH_BYTES = 16 << 20;

  @Test
  void whatIsStoredDiesInItsTimeOrWhenItIsDeleted() {
    TraceBuilder builder = new TraceBuilder(100);
    builder.add(0, 1, Operation.SET, 100, 10);
    builder.add(0, 2, Operation.SET, 100, 0);
    builder.add(9, 1, Operation.GET, 100, 0);
    builder.add(10, 1, Operation.GET, 100, 0);
    builder.add(10, 2, Operation.DELETE, 100, 0);
    builder.add(10, 2, Operation.GET, 100, 0);
    builder.add(11, 2, Operation.GET, 100, 0);
    Trace trace = builder.build();

    Hits hits = play(trace, RAM_BYTES, 0);

    assertThat(hits.reads()).isEqualTo(4);
    assertThat(hits.hits()).as("before its end, and after a miss has stored it again").isEqualTo(2);
    assertThat(hits.storedBytes()).isEqualTo(4L * Item.bytes(1, 100));
  }

  @Test
  void flashHoldsWhatRamHasNoRoomForAndTheBooksAgree() {
    Trace trace = Zipf.trace(0.8, 5000, 60_000, 1);
    ItemSizes sizes = ItemSizes.of(trace, 2000);
    try (PlayedLarder larder = new PlayedLarder(RAM_BYTES, FLASH_BYTES, sizes)) {
      Hits hits = new Player(trace, sizes, _ -> {}).play(larder);

      assertThat(larder.count(CacheCounter.FLASH_HITS)).isGreaterThan(10_000);
      assertThat(larder.count(CacheCounter.RAM_HITS) + larder.count(CacheCounter.FLASH_HITS))
          .isEqualTo(hits.hits());
      assertThat(hits.hits() + larder.count(CacheCounter.MISSES)).isEqualTo(hits.reads());
      assertThat(larder.itemCount()).isGreaterThan(4500);
      assertThat(larder.flashBytesWritten()).isGreaterThan(4_000_000);
      assertThat(larder.writeAmplification()).isBetween(1.0, 1.5);
      assertThat(hits.percent()).isGreaterThan(play(trace, RAM_BYTES, 0).percent() + 10);
    }
  }

  @Test
  void theSameTraceIsTheSameRun() {
    Trace trace = Zipf.trace(0.8, 3000, 20_000, 2);

    assertThat(play(trace, RAM_BYTES, FLASH_BYTES)).isEqualTo(play(trace, RAM_BYTES, FLASH_BYTES));
  }

  @Test
  void anItemLargerThanTheCacheAllowsIsRefusedAndCounted() {
    TraceBuilder builder = new TraceBuilder(10);
    builder.add(0, 1, Operation.SET, 100, 0);
    builder.add(1, 1, Operation.SET, (int) RAM_BYTES, 0);
    builder.add(2, 1, Operation.GET, (int) RAM_BYTES, 0);
    Trace trace = builder.build();
    ItemSizes sizes = ItemSizes.of(trace, 0);
    try (PlayedLarder larder = new PlayedLarder(RAM_BYTES, 0, sizes)) {
      Hits hits = new Player(trace, sizes, _ -> {}).play(larder);

      assertThat(hits.hits()).as("the old value is gone, too").isZero();
      assertThat(larder.refusedCount()).isEqualTo(2);
    }
  }

  @Test
  void aCacheOfSoManyItemsNeverHoldsMore() {
    for (int itemCount : new int[] {100, 1000}) {
      UnitSize unit = UnitSize.of(itemCount);
      Trace trace = Zipf.trace(0.9, itemCount * 10, itemCount * 30, 3);
      ItemSizes sizes = ItemSizes.ofUnits(trace.keyCount(), unit.valueBytes());
      try (PlayedLarder larder = new PlayedLarder(unit.ramBytes(), 0, sizes)) {
        Hits hits = new Player(trace, sizes, _ -> {}).play(larder);

        assertThat(hits.itemsMax())
            .isLessThanOrEqualTo(itemCount)
            .isGreaterThan((long) (itemCount * 0.95));
      }
    }
  }

  private static Hits play(Trace trace, long ramBytes, long flashBytes) {
    ItemSizes sizes = ItemSizes.of(trace, 2000);
    try (PlayedLarder larder = new PlayedLarder(ramBytes, flashBytes, sizes)) {
      return new Player(trace, sizes, _ -> {}).play(larder);
    }
  }
}
