package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every miss says why, and no miss is counted as a hit (the defect of extstore called D2). */
class MissReasonsTest {

  private static byte[] value(int bytes) {
    byte[] value = new byte[bytes];
    new Random(bytes).nextBytes(value);
    return value;
  }

  private static void fill(CacheRig rig, String prefix, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      assertThat(rig.set(prefix + i, value(bytes))).isEqualTo(Status.STORED);
    }
    rig.settle();
  }

  private static void missFor(CacheRig rig, String key, CacheCounter reason) {
    long misses = rig.count(CacheCounter.MISSES);
    long before = rig.count(reason);
    long hits = rig.count(CacheCounter.RAM_HITS) + rig.count(CacheCounter.FLASH_HITS);
    assertThat(rig.get(key)).isNull();
    assertThat(rig.count(reason)).as("%s of %s", reason, key).isEqualTo(before + 1);
    assertThat(rig.count(CacheCounter.MISSES)).isEqualTo(misses + 1);
    assertThat(rig.count(CacheCounter.RAM_HITS) + rig.count(CacheCounter.FLASH_HITS))
        .isEqualTo(hits);
  }

  @Test
  void aKeyNobodyKnowsIsACold() {
    try (CacheRig rig = CacheRig.of(8)) {
      missFor(rig, "never", CacheCounter.MISSES_COLD);
    }
  }

  @Test
  void deletedExpiredAndFlushedAreToldApart() {
    try (CacheRig rig = CacheRig.of(8)) {
      rig.set("a", value(100));
      rig.delete("a");
      missFor(rig, "a", CacheCounter.MISSES_DELETED);

      rig.set("b", value(100), rig.clock.unixSeconds() + 5);
      rig.clock.advanceSeconds(5);
      missFor(rig, "b", CacheCounter.MISSES_EXPIRED);
      missFor(rig, "b", CacheCounter.MISSES_EXPIRED);

      rig.set("c", value(100));
      rig.cache.flushAll(0);
      missFor(rig, "c", CacheCounter.MISSES_FLUSHED);

      rig.set("a", value(100));
      assertThat(rig.get("a")).isNotNull();
    }
  }

  @Test
  void withoutFlashWhatRamHadNoRoomForIsSaidSo() {
    try (CacheRig rig = CacheRig.of(0)) {
      fill(rig, "k", 2_500, 1_000);
      missFor(rig, "k1000", CacheCounter.MISSES_EVICTED_FROM_RAM);
    }
  }

  @Test
  void aPageThatWasGivenUpTakesItsItemsWithIt() {
    try (CacheRig rig = CacheRig.of(12)) {
      fill(rig, "k", 5_000, 1_500);
      int newest = 0;
      for (int i = 0; i < 5_000; i++) {
        if (rig.get("k" + i) == null) {
          newest = i;
        }
      }
      missFor(rig, "k" + newest, CacheCounter.MISSES_EVICTED_FROM_FLASH);
    }
  }

  @Test
  void aRecordThatCannotBeReadAndOneThatIsNotWhatWasWritten() {
    try (CacheRig rig = CacheRig.of(30)) {
      fill(rig, "k", 3_000, 1_500);
      rig.flashDevice().failNextRead();
      missFor(rig, "k0", CacheCounter.MISSES_DEVICE_ERROR);
      missFor(rig, "k0", CacheCounter.MISSES_DEVICE_ERROR);

      for (long at = 300; at < rig.flashDevice().sizeBytes(); at += 512) {
        rig.flashDevice().flipBit(at, 3);
      }
      missFor(rig, "k1", CacheCounter.MISSES_BAD_CHECKSUM);
    }
  }

  @Test
  void whatTheWriteBudgetRefusesIsCountedAndNamed() {
    try (CacheRig rig = CacheRig.withWriteBudget(30, 1_000)) {
      fill(rig, "k", 3_000, 1_500);

      assertThat(rig.count(CacheCounter.REFUSED_OVER_BUDGET)).isGreaterThan(1_000);
      assertThat(rig.count(CacheCounter.DEMOTED)).isLessThan(100);
      missFor(rig, "k1500", CacheCounter.MISSES_REFUSED);
    }
  }

  @Test
  void whatADeviceWouldNotWriteIsItsError() {
    try (CacheRig rig = CacheRig.of(12)) {
      rig.flashDevice().failNextWrite();
      int stored = 0;
      while (rig.count(CacheCounter.LOST_WITH_PAGE) == 0 && stored < 3_000) {
        rig.set("k" + stored++, value(1_500));
      }
      rig.settle();
      long lost = rig.count(CacheCounter.LOST_WITH_PAGE);
      assertThat(lost).isPositive();
      for (int i = 0; i < stored; i++) {
        rig.get("k" + i);
      }
      assertThat(rig.count(CacheCounter.MISSES_DEVICE_ERROR)).isEqualTo(lost);
    }
  }
}
