package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Where nothing may be evicted, what finds no room is refused, and what is there stays. */
class NoEvictionsTest {
  private static final int MIB = 1 << 20;

  private static byte[] value(int i, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) i);
    return bytes;
  }

  /** Stores until {@code refusals} in a row have been refused; which items were stored. */
  private static BitSet fill(SessionsRig rig, int from, int length, int refusals) {
    BitSet stored = new BitSet();
    int inTurn = 0;
    for (int i = from; inTurn < refusals; i++) {
      Status status = rig.set(0, "k" + i, value(i, length));
      assertThat(status).isIn(Status.STORED, Status.NO_MEMORY);
      inTurn = status == Status.STORED ? 0 : inTurn + 1;
      stored.set(i, status == Status.STORED);
      assertThat(i).as("it ends").isLessThan(from + 300_000);
    }
    return stored;
  }

  private static void assertAllThere(SessionsRig rig, BitSet stored, int length) {
    stored.stream()
        .forEach(i -> assertThat(rig.get(0, "k" + i)).as("item " + i).isEqualTo(value(i, length)));
  }

  private static void assertNothingWasLost(SessionsRig rig) {
    assertThat(rig.count(CacheCounter.EVICTED_FROM_RAM)).isZero();
    assertThat(rig.count(CacheCounter.DEMOTE_DROPPED)).isZero();
    assertThat(rig.count(CacheCounter.EVICTED_FROM_FLASH)).isZero();
    assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isZero();
  }

  @Test
  void fullRamRefusesAndKeepsEverything() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(4 * MIB, 1)) {
      BitSet stored = fill(rig, 0, 1000, 50);

      assertThat(stored.cardinality()).isGreaterThan(3_500);
      assertAllThere(rig, stored, 1000);
      assertNothingWasLost(rig);
    }
  }

  @Test
  void whatIsReadAllTheTimeDoesNotKeepWritersWaiting() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(2 * MIB, 64 * 1024, 16, 1)) {
      BitSet stored = fill(rig, 0, 1000, 20);
      for (int i = 0; i < 200; i++) {
        stored.stream().limit(40).forEach(item -> rig.get(0, "k" + item));
        rig.set(0, "more" + i, value(i, 1000));
      }
      assertAllThere(rig, stored, 1000);
      assertNothingWasLost(rig);
    }
  }

  @Test
  void roomOfDeletedItemsIsFoundAgainAlthoughTheyStoodEverywhere() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(4 * MIB, 1)) {
      BitSet stored = fill(rig, 0, 1000, 50);
      int before = stored.cardinality();
      for (int i = stored.nextSetBit(0); i >= 0; i = stored.nextSetBit(i + 1)) {
        if (i % 4 == 0) {
          rig.run(0, new CacheRig.Call(Verb.DELETE, "k" + i));
          stored.clear(i);
        }
      }
      rig.work.advance(Duration.ofSeconds(20));
      rig.work.runUntilIdle();

      BitSet more = fill(rig, 200_000, 1000, 50);

      assertThat(more.cardinality()).isGreaterThan(before / 4 * 8 / 10);
      assertAllThere(rig, stored, 1000);
      assertAllThere(rig, more, 1000);
      assertNothingWasLost(rig);
    }
  }

  @Test
  void roomOfExpiredItemsIsFoundAgain() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(4 * MIB, 1)) {
      long dies = rig.clock.unixSeconds() + 100;
      for (int i = 0; i < 2_000; i++) {
        CacheRig.Call call = new CacheRig.Call(Verb.STORE, "short" + i).value(value(i, 1000));
        call.expirySeconds = dies;
        assertThat(CacheRig.status(rig.run(0, call))).isEqualTo(Status.STORED);
      }
      BitSet stored = fill(rig, 0, 1000, 50);
      rig.clock.advance(Duration.ofSeconds(200));
      rig.work.advance(Duration.ofSeconds(20));
      rig.work.runUntilIdle();

      BitSet more = fill(rig, 200_000, 1000, 50);

      assertThat(more.cardinality()).isGreaterThan(1_700);
      assertAllThere(rig, stored, 1000);
      assertNothingWasLost(rig);
    }
  }

  @Test
  void refusedSetTakesTheOldValueWithItAndAnAppendDoesNot() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(2 * MIB, 1)) {
      rig.set(0, "old", value(1, 10));
      rig.set(0, "joined", value(1, 10));
      fill(rig, 0, 3000, 50);

      assertThat(rig.set(0, "old", value(2, 3000))).isEqualTo(Status.NO_MEMORY);
      CacheRig.Call append = new CacheRig.Call(Verb.STORE, "joined").value(value(2, 3000));
      append.mode = StoreMode.APPEND;

      assertThat(CacheRig.status(rig.run(0, append))).isEqualTo(Status.NO_MEMORY);
      assertThat(rig.get(0, "old")).isEmpty();
      assertThat(rig.get(0, "joined")).isEqualTo(value(1, 10));
    }
  }

  @Test
  void flashTakesWhatRamHasNoRoomForUntilItIsFullToo() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(2 * MIB, 256 * 1024, 32, 1)) {
      BitSet stored = fill(rig, 0, 1000, 50);

      assertThat(stored.cardinality()).as("more than RAM holds").isGreaterThan(7_500);
      assertThat(rig.cache.snapshot().flashItemCount()).isGreaterThan(5_500);
      assertAllThere(rig, stored, 1000);
      assertNothingWasLost(rig);

      assertThat(rig.set(0, "k0", value(1, 1001))).as("full").isEqualTo(Status.NO_MEMORY);
      assertThat(rig.get(0, "k0")).as("the old value is not taken for the new one").isEmpty();
    }
  }

  @Test
  void largestItemsAreRefusedToo() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(4 * MIB, 1)) {
      int length = rig.cache.config().itemBytesMax() - 100;
      BitSet stored = fill(rig, 0, length, 5);

      assertThat(stored.cardinality()).isBetween(2, 4);
      assertAllThere(rig, stored, length);
    }
  }

  @Test
  void fullIndexRefuses() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(2 * MIB, 256 * 1024, 128, 1)) {
      BitSet stored = fill(rig, 0, 4, 50);

      assertThat(rig.count(CacheCounter.INDEX_FULL_EVICTIONS)).isZero();
      assertThat(stored.cardinality()).isGreaterThan(50_000);
      assertNothingWasLost(rig);
      long lost = stored.stream().filter(i -> rig.get(0, "k" + i).length == 0).count();
      assertThat(lost)
          .as("what false matches of a tag have cost")
          .isLessThan(stored.cardinality() / 1000);
    }
  }

  @Test
  void moreRamIsRoomAgain() {
    try (SessionsRig rig = SessionsRig.withoutEvictions(4 * MIB, 1)) {
      fill(rig, 0, 1000, 50);
      assertThat(rig.cache.resizeRam(8 * MIB)).isTrue();
      assertThat(fill(rig, 200_000, 1000, 50).cardinality()).isGreaterThan(3_500);
    }
  }
}
