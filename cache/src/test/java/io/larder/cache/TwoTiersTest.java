package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Items that went to flash behave like those in RAM. */
class TwoTiersTest {
  private final CacheRig rig = CacheRig.of(64);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  /** Fills RAM several times over, so that what was stored before is on flash. */
  private void pushOut() {
    for (int i = 0; i < 2000; i++) {
      assertThat(rig.set("filler-" + i, value("filler-" + i, 2000))).isEqualTo(Status.STORED);
    }
    rig.settle();
  }

  private static byte[] value(String key, int length) {
    byte[] bytes = new byte[length];
    new Random(key.hashCode()).nextBytes(bytes);
    return bytes;
  }

  @Test
  void agesOfBothTiersGrowWithTime() {
    assertThat(rig.cache.snapshot().ramAgeSeconds()).isZero();
    assertThat(rig.cache.snapshot().flashAgeSeconds()).isZero();
    for (int i = 0; i < 1500; i++) {
      rig.set("aging" + i, new byte[2000]);
    }
    rig.settle();
    rig.clock.advanceSeconds(77);

    assertThat(rig.cache.snapshot().ramAgeSeconds()).isEqualTo(77);
    assertThat(rig.cache.snapshot().flashAgeSeconds()).isEqualTo(77);
  }

  @Test
  void everythingStoredIsReadBackFromEitherTier() {
    pushOut();

    CacheSnapshot snapshot = rig.cache.snapshot();
    assertThat(snapshot.flashItemCount()).isGreaterThan(1000);
    assertThat(snapshot.ramItemCount()).isGreaterThan(100);
    assertThat(snapshot.itemCount()).isEqualTo(2000);
    for (int i = 0; i < 2000; i++) {
      assertThat(rig.get("filler-" + i)).as("filler-" + i).isEqualTo(value("filler-" + i, 2000));
    }
    assertThat(rig.count(CacheCounter.FLASH_HITS)).isGreaterThan(1000);
    assertThat(rig.count(CacheCounter.MISSES)).isZero();
  }

  @Test
  void overwrittenItemOnFlashShowsItsNewValue() {
    rig.set("k", "old".getBytes(UTF_8));
    pushOut();

    rig.set("k", "new".getBytes(UTF_8));
    assertThat(rig.get("k")).asString(UTF_8).isEqualTo("new");
    pushOut();
    assertThat(rig.get("k")).asString(UTF_8).isEqualTo("new");
  }

  @Test
  void deletedItemOnFlashIsGone() {
    rig.set("k", "v".getBytes(UTF_8));
    pushOut();

    assertThat(rig.delete("k")).isEqualTo(Status.DELETED);
    assertThat(rig.get("k")).isNull();
    assertThat(rig.delete("k")).isEqualTo(Status.NOT_FOUND);
    assertThat(rig.store(StoreMode.ADD, "k", "w".getBytes(UTF_8))).isEqualTo(Status.STORED);
  }

  @Test
  void addOnFlashItemIsRefusedAndReplaceIsTaken() {
    rig.set("k", "v".getBytes(UTF_8));
    pushOut();

    assertThat(rig.store(StoreMode.ADD, "k", "w".getBytes(UTF_8))).isEqualTo(Status.NOT_STORED);
    assertThat(rig.store(StoreMode.REPLACE, "k", "x".getBytes(UTF_8))).isEqualTo(Status.STORED);
    assertThat(rig.get("k")).asString(UTF_8).isEqualTo("x");
  }

  @Test
  void appendPrependAndIncrWorkOnFlashItems() {
    rig.set("text", "b".getBytes(UTF_8));
    rig.set("number", "41".getBytes(UTF_8));
    pushOut();

    assertThat(rig.store(StoreMode.APPEND, "text", "c".getBytes(UTF_8))).isEqualTo(Status.STORED);
    assertThat(rig.store(StoreMode.PREPEND, "text", "a".getBytes(UTF_8))).isEqualTo(Status.STORED);
    assertThat(rig.get("text")).asString(UTF_8).isEqualTo("abc");
    assertThat(rig.incr("number", 1).number).isEqualTo(42);
    assertThat(rig.incr("text", 1).status).isEqualTo(Status.NON_NUMERIC);
  }

  @Test
  void casOnFlashItemComparesTheItemsOwn() {
    rig.set("k", "v".getBytes(UTF_8));
    long cas = rig.read("k").casSeen;
    pushOut();

    assertThat(rig.read("k").casSeen).isEqualTo(cas);
    CacheRig.Call wrong = new CacheRig.Call(Verb.STORE, "k").value("w".getBytes(UTF_8));
    wrong.comparesCas = true;
    wrong.cas = cas + 1;
    assertThat(rig.run(wrong).status).isEqualTo(Status.EXISTS);
    CacheRig.Call right = new CacheRig.Call(Verb.STORE, "k").value("w".getBytes(UTF_8));
    right.comparesCas = true;
    right.cas = cas;
    assertThat(rig.run(right).status).isEqualTo(Status.STORED);
    assertThat(rig.get("k")).asString(UTF_8).isEqualTo("w");
  }

  @Test
  void touchedFlashItemLivesAsLongAsItWasTold() {
    long now = rig.clock.unixSeconds();
    rig.set("k", "v".getBytes(UTF_8), now + 1000);
    pushOut();

    assertThat(rig.touch("k", now + 5000).status).isEqualTo(Status.HIT);
    rig.clock.advanceSeconds(2000);
    assertThat(rig.get("k")).asString(UTF_8).isEqualTo("v");
    rig.clock.advanceSeconds(3000);
    assertThat(rig.get("k")).isNull();
  }

  @Test
  void expiredFlashItemIsAMissAndLeavesNoGhost() {
    rig.set("k", "v".getBytes(UTF_8), rig.clock.unixSeconds() + 100);
    pushOut();

    rig.clock.advanceSeconds(100);
    assertThat(rig.get("k")).isNull();
    assertThat(rig.store(StoreMode.ADD, "k", "w".getBytes(UTF_8))).isEqualTo(Status.STORED);
  }

  @Test
  void flushedItemsAreGoneFromBothTiersAndLaterOnesStay() {
    rig.set("old", "v".getBytes(UTF_8));
    pushOut();

    rig.cache.flushAll(0);
    rig.set("new", "v".getBytes(UTF_8));
    assertThat(rig.get("old")).isNull();
    assertThat(rig.get("filler-1999")).isNull();
    assertThat(rig.get("new")).isNotNull();
  }

  @Test
  void delayedFlushTakesWhatIsThereWhenItIsDue() {
    rig.set("before", "v".getBytes(UTF_8));
    rig.cache.flushAll(rig.clock.unixSeconds() + 10);
    assertThat(rig.get("before")).isNotNull();

    rig.clock.advanceSeconds(10);
    assertThat(rig.get("before")).isNull();
    rig.set("after", "v".getBytes(UTF_8));
    assertThat(rig.get("after")).isNotNull();
  }

  @Test
  void popularFlashItemComesBackToRamAndGoesOutAgainWithoutAWrite() {
    rig.set("k", value("k", 2000));
    pushOut();
    for (int i = 0; i < 5; i++) {
      assertThat(rig.get("k")).isEqualTo(value("k", 2000));
    }
    assertThat(rig.count(CacheCounter.RECACHED)).isEqualTo(1);
    long flashHits = rig.count(CacheCounter.FLASH_HITS);
    assertThat(rig.get("k")).isEqualTo(value("k", 2000));
    assertThat(rig.count(CacheCounter.FLASH_HITS)).isEqualTo(flashHits);
  }

  @Test
  void damagedRecordIsAMissAndItsSlotGoes() {
    rig.set("k", "v".repeat(500).getBytes(UTF_8));
    pushOut();
    long itemCount = rig.cache.snapshot().itemCount();
    for (long at = 0; at < rig.flashDevice().sizeBytes(); at += 64) {
      rig.flashDevice().flipBit(at + 40, 3);
    }

    assertThat(rig.get("k")).isNull();
    assertThat(rig.count(CacheCounter.CHECKSUM_FAILURES)).isEqualTo(1);
    assertThat(rig.cache.snapshot().itemCount()).isEqualTo(itemCount - 1);
  }

  @Test
  void refusedReadIsAMiss() {
    rig.set("k", "v".getBytes(UTF_8));
    pushOut();

    CacheRig.Call call = rig.start(new CacheRig.Call(Verb.READ, "k"));
    assertThat(call.status).isNull();
    rig.reads.failNext();
    assertThat(call.status).isEqualTo(Status.MISS);
    assertThat(rig.count(CacheCounter.FLASH_READ_FAILURES)).isEqualTo(1);
  }

  @Test
  void twoReadsOfOneMultigetAreInFlightTogether() {
    rig.set("a", "1".getBytes(UTF_8));
    rig.set("b", "2".repeat(9000).getBytes(UTF_8));
    pushOut();

    CacheRig.Call first = rig.start(new CacheRig.Call(Verb.READ, "a"));
    CacheRig.Call second = rig.start(new CacheRig.Call(Verb.READ, "b"));
    assertThat(rig.reads.inFlightCount()).isEqualTo(2);
    rig.reads.completeLast();
    assertThat(second.status).isEqualTo(Status.HIT);
    assertThat(first.status).isNull();
    rig.reads.completeNext();
    assertThat(first.status).isEqualTo(Status.HIT);
  }

  @Test
  void setDuringAReadWinsOverAppend() {
    rig.set("k", "old".getBytes(UTF_8));
    pushOut();

    CacheRig.Call append = new CacheRig.Call(Verb.STORE, "k").value("+".getBytes(UTF_8));
    append.mode = StoreMode.APPEND;
    rig.start(append);
    assertThat(rig.setElsewhere("k", "new".getBytes(UTF_8))).isEqualTo(Status.STORED);
    while (append.status == null) {
      rig.reads.completeNext();
    }
    assertThat(rig.get("k")).asString(UTF_8).isEqualTo("new+");
  }

  @Test
  void itemThatAReadMadeHasBeenReadAndClaimed() {
    CacheRig.Call maker = new CacheRig.Call(Verb.READ, "k");
    maker.vivifies = true;
    maker.claimsStale = true;
    assertThat(rig.run(maker).status).isEqualTo(Status.HIT);
    assertThat(maker.won).isTrue();

    CacheRig.Call next = rig.read("k");
    assertThat(next.hitBefore).isTrue();
    assertThat(next.won).isFalse();
  }
}
