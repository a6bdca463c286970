package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What becomes of the items on a page that is given up: moved and where to, or let go. */
class RescuedItemsTest {
  private static final int ITEM_BYTES = 1500;

  /** More than enough to send what was stored before to flash. */
  private static final int RAM_FULL = 1400;

  private static final long DAY = 86_400;

  private static byte[] value(String key) {
    byte[] bytes = new byte[ITEM_BYTES];
    new Random(key.hashCode()).nextBytes(bytes);
    return bytes;
  }

  private static void store(CacheRig rig, String prefix, int count, long lifeSeconds) {
    long expiry = lifeSeconds == 0 ? 0 : rig.clock.unixSeconds() + lifeSeconds;
    for (int i = 0; i < count; i++) {
      String key = prefix + i;
      assertThat(rig.set(key, value(key), expiry)).isEqualTo(Status.STORED);
    }
    rig.settle();
  }

  /** Reads each once, where it is, and checks what comes back; returns how many there were. */
  private static int read(CacheRig rig, String prefix, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      byte[] seen = rig.get(prefix + i);
      if (seen != null) {
        assertThat(seen).isEqualTo(value(prefix + i));
        found++;
      }
    }
    return found;
  }

  private static List<PageSnapshot> pagesOf(CacheRig rig, Bucket bucket) {
    return rig.flash().pages().stream()
        .filter(page -> page.state() != PageState.FREE && page.bucket() == bucket)
        .toList();
  }

  private static long rescued(CacheRig rig) {
    return rig.cache.get(EngineCounter.RECORDS_RESCUED);
  }

  // ------------------------------------------------------------------ worth another write

  @Test
  void itemWithLessLifeLeftThanALapOfTheFlashIsNotMoved() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 12)) {
      rig.cache.tunables().setLifeBandCountMax(1);
      store(rig, "short-", 60, 3000);
      store(rig, "long-", 60, 5000);
      store(rig, "filler-", RAM_FULL, 0);
      read(rig, "short-", 60);
      read(rig, "long-", 60);
      rig.clock.advanceSeconds(2000);
      store(rig, "more-", 1800, 0);

      assertThat(read(rig, "long-", 60)).as("3000 s left after 2000 s there").isEqualTo(60);
      assertThat(read(rig, "short-", 60)).as("1000 s left after 2000 s there").isZero();
    }
  }

  @Test
  void itemsNobodyHasReadAreNotMovedWhenTheirPageIsEvicted() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 12)) {
      store(rig, "unread-", 6000, 0);

      assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isPositive();
      assertThat(rescued(rig)).isZero();
    }
  }

  /** memcached compacts short-lived items unless a path is kept for them (D9). */
  @Test
  void shortLivedItemsAreNeverMovedWithoutADeviceOfTheirOwnEither() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 12)) {
      rig.cache.tunables().setLowTtlSeconds(DAY);
      for (int round = 0; round < 4; round++) {
        store(rig, "short-" + round + "-", 1500, DAY - 1);
        read(rig, "short-" + round + "-", 1500);
        for (int i = 0; i < 1500; i += 2) {
          rig.delete("short-" + round + "-" + i);
        }
      }
      rig.settle();

      assertThat(pagesOf(rig, Bucket.LOWTTL)).isNotEmpty();
      assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isPositive();
      assertThat(rig.cache.get(EngineCounter.PAGE_COMPACTIONS)).isZero();
      assertThat(rescued(rig)).isZero();
    }
  }

  @Test
  void itemThatHasBecomeShortLivedIsNotMovedFromWhateverPageItIsOn() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 12)) {
      store(rig, "aging-", 400, DAY);
      store(rig, "filler-", RAM_FULL, 0);
      rig.cache.tunables().setLowTtlSeconds(2 * DAY);
      rig.cache.tunables().setCompactUnderPages(100);
      for (int i = 0; i < 400; i += 2) {
        rig.delete("aging-" + i);
      }
      rig.cache.tunables().setLiveShareMax(0.9);
      store(rig, "more-", 1000, 0);

      assertThat(rig.cache.get(EngineCounter.PAGE_COMPACTIONS)).isPositive();
      assertThat(read(rig, "aging-", 400)).isLessThan(60);
    }
  }

  // ------------------------------------------------------------------ compaction

  @Test
  void unreadItemsSurviveTheCompactionOfTheirPage() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 16)) {
      rig.cache.tunables().setCompactUnderPages(16);
      store(rig, "key-", 1000, 0);
      store(rig, "filler-", RAM_FULL, 0);
      for (int i = 0; i < 1000; i++) {
        if (i % 3 != 0) {
          rig.delete("key-" + i);
        }
      }
      store(rig, "more-", 300, 0);

      assertThat(rig.cache.get(EngineCounter.PAGE_COMPACTIONS)).isGreaterThan(2);
      assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isZero();
      assertThat(read(rig, "key-", 1000)).isEqualTo(334);
      assertThat(pagesOf(rig, Bucket.COMPACT)).isNotEmpty();
    }
  }

  @Test
  void itemsThatSurviveACompactionUnreadAreStillUnread() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 16)) {
      rig.cache.tunables().setCompactUnderPages(16);
      store(rig, "key-", 600, 0);
      store(rig, "filler-", RAM_FULL, 0);
      for (int i = 0; i < 600; i += 2) {
        rig.delete("key-" + i);
      }
      store(rig, "more-", 300, 0);
      assertThat(rescued(rig)).isPositive();

      for (int i = 1; i < 300; i += 2) {
        assertThat(rig.read("key-" + i).hitBefore).as("key-" + i).isFalse();
      }
    }
  }

  @Test
  void unreadItemsOfACompactionAreDroppedIfThatWasAskedFor() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 16)) {
      store(rig, "key-", 1000, 0);
      store(rig, "filler-", RAM_FULL, 0);
      read(rig, "key-", 100);
      rig.cache.tunables().setCompactUnderPages(16);
      rig.cache.tunables().setDropUnderPages(16);
      rig.cache.tunables().setDropsUnread(true);
      for (int i = 0; i < 1000; i += 2) {
        rig.delete("key-" + i);
      }
      store(rig, "more-", 300, 0);

      assertThat(rig.count(CacheCounter.RESCUE_SKIPPED)).isPositive();
      assertThat(read(rig, "key-", 100)).as("what was read is moved").isEqualTo(50);
    }
  }

  // ------------------------------------------------------------------ limits of each other

  /** memcached leaves ext_drop_under at 0 then, and drops nothing (D19). */
  @Test
  void compactUnderSetAloneLeavesDroppingOfTheUnreadAtWork() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 12)) {
      rig.cache.tunables().setCompactUnderPages(3);
      rig.cache.tunables().setDropsUnread(true);

      store(rig, "key-", 6000, 0);

      assertThat(rig.cache.tunables().dropUnderPages()).isEqualTo(ReclaimLimits.AUTOMATIC);
      assertThat(rig.count(CacheCounter.RESCUE_SKIPPED)).isPositive();
    }
  }

  /** memcached overwrites it with what it computes for both (D19). */
  @Test
  void dropUnderSetAloneIsKept() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT), 12)) {
      rig.cache.tunables().setDropUnderPages(7);
      rig.cache.tunables().setDropsUnread(true);

      store(rig, "key-", 6000, 0);

      assertThat(rig.cache.tunables().dropUnderPages()).isEqualTo(7);
      assertThat(rig.flash().freePageCount()).as("seven, not two").isBetween(6, 8);
    }
  }

  // ------------------------------------------------------------------ last stops

  @Test
  void unreadItemsMoveToTheColdDeviceAndReadOnesDoNot() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT, Bucket.COLDCOMPACT), 12, 12)) {
      store(rig, "read-", 60, 0);
      store(rig, "unread-", 300, 0);
      store(rig, "filler-", RAM_FULL, 0);
      read(rig, "read-", 60);
      store(rig, "more-", 1500, 0);

      assertThat(rig.count(CacheCounter.RESCUED_COLD)).isPositive();
      assertThat(pagesOf(rig, Bucket.COLDCOMPACT))
          .isNotEmpty()
          .allMatch(page -> page.deviceIndex() == 1);
      assertThat(pagesOf(rig, Bucket.COMPACT)).as("what was read is elsewhere").isNotEmpty();
      assertThat(read(rig, "read-", 60)).isEqualTo(60);
      assertThat(read(rig, "unread-", 300)).isEqualTo(300);
    }
  }

  @Test
  void oldestPagesMoveToTheOldDeviceAndTheirItemsAreStillThere() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT, Bucket.OLD), 12, 12)) {
      store(rig, "key-", 3500, 0);

      assertThat(rig.count(CacheCounter.RESCUED_OLD)).isPositive();
      assertThat(pagesOf(rig, Bucket.OLD)).isNotEmpty().allMatch(page -> page.deviceIndex() == 1);
      assertThat(read(rig, "key-", 3500)).as("more than the default pages hold").isEqualTo(3500);
    }
  }

  @Test
  void oldDeviceThatIsFullLosesItsOldestItems() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT, Bucket.OLD), 12, 4)) {
      store(rig, "key-", 6000, 0);

      assertThat(rig.count(CacheCounter.EVICTED_FROM_FLASH)).isPositive();
      assertThat(pagesOf(rig, Bucket.OLD)).allMatch(page -> page.deviceIndex() == 1);
      assertThat(read(rig, "key-", 6000)).isBetween(2500, 4500);
    }
  }

  /** memcached sends every later rescue to the old device too (D10). */
  @Test
  void compactionAfterTheOldDeviceWasUsedGoesToCompact() {
    try (CacheRig rig = CacheRig.kept(List.of(Bucket.DEFAULT, Bucket.OLD), 12, 24)) {
      store(rig, "key-", 4000, 0);
      long movedToOld = rig.count(CacheCounter.RESCUED_OLD);
      assertThat(movedToOld).isPositive();
      long rescuedBefore = rescued(rig);

      rig.cache.tunables().setDropUnderPages(0);
      rig.cache.tunables().setCompactUnderPages(24);
      for (int i = 1500; i < 4000; i += 2) {
        rig.delete("key-" + i);
      }
      store(rig, "more-", 100, 0);
      PageSnapshot compacted = pagesOf(rig, Bucket.COMPACT).getFirst();

      assertThat(compacted.liveCount()).isPositive();
      assertThat(rescued(rig)).isGreaterThan(rescuedBefore);
      long offDefault = rescued(rig) - rescuedBefore;
      assertThat(rig.count(CacheCounter.RESCUED_OLD) - movedToOld)
          .as("only what is compacted on the old device stays there")
          .isLessThan(offDefault);
    }
  }
}
