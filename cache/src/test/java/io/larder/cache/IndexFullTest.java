package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import org.junit.jupiter.api.Test;

/**
 * Flash that holds more items than the index may have memory for: the oldest pages go, and writing
 * goes on.
 */
class IndexFullTest {
  private static final byte[] SMALL = new byte[4];

  private static void storeAll(SessionsRig rig, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(rig.set(0, "k" + i, SMALL)).as("item " + i).isEqualTo(Status.STORED);
    }
  }

  @Test
  void everySetIsAnsweredAndTheOldestPagesMakeRoom() {
    try (SessionsRig rig = SessionsRig.of(2 << 20, 256 * 1024, 128, 1)) {
      storeAll(rig, 0, 250_000);

      assertThat(rig.count(CacheCounter.INDEX_FULL_EVICTIONS)).isPositive();
      assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isPositive();
      assertThat(rig.cache.snapshot().indexBytes())
          .as("three quarters of the RAM and no more")
          .isEqualTo((2 << 20) / 4 * 3);
      for (int i = 249_000; i < 250_000; i++) {
        assertThat(rig.get(0, "k" + i)).as("item " + i).hasSize(SMALL.length);
      }
      assertThat(rig.get(0, "k0")).as("the oldest").isEmpty();
    }
  }

  @Test
  void fullIndexKeepsMostOfWhatItHasRoomFor() {
    try (SessionsRig rig = SessionsRig.of(2 << 20, 256 * 1024, 128, 1)) {
      int next = 0;
      while (rig.count(CacheCounter.INDEX_FULL_EVICTIONS) == 0) {
        storeAll(rig, next, next + 100);
        next += 100;
      }
      long atFirst = rig.cache.snapshot().itemCount();

      storeAll(rig, next, next + 150_000);

      assertThat(rig.cache.snapshot().itemCount())
          .as("of the " + atFirst + " there were when it was full for the first time")
          .isGreaterThan(atFirst * 7 / 10);
    }
  }

  @Test
  void itemsThatAreOverwrittenNeedNoRoomInTheIndex() {
    try (SessionsRig rig = SessionsRig.of(2 << 20, 256 * 1024, 128, 1)) {
      int next = 0;
      while (rig.count(CacheCounter.INDEX_FULL_EVICTIONS) == 0) {
        storeAll(rig, next, next + 100);
        next += 100;
      }
      long requests = rig.count(CacheCounter.INDEX_FULL_EVICTIONS);

      // What was stored last is in RAM, and there it is only pointed elsewhere.
      for (int i = 0; i < 100; i++) {
        assertThat(rig.set(0, "k" + (next - 1 - i), new byte[40])).isEqualTo(Status.STORED);
      }

      assertThat(rig.count(CacheCounter.INDEX_FULL_EVICTIONS)).isEqualTo(requests);
    }
  }

  @Test
  void everySetIsAnsweredAlthoughEverythingIsOnOneOpenPage() {
    try (SessionsRig rig = SessionsRig.of(1 << 20, 16 << 20, 4, 1)) {
      storeAll(rig, 0, 150_000);

      assertThat(rig.count(CacheCounter.INDEX_FULL_EVICTIONS)).isPositive();
      assertThat(rig.get(0, "k149999")).hasSize(SMALL.length);
    }
  }

  @Test
  void everySetIsAnsweredWithoutFlash() {
    try (SessionsRig rig = SessionsRig.of(1 << 20, 1)) {
      storeAll(rig, 0, 200_000);

      assertThat(rig.count(CacheCounter.INDEX_FULL_EVICTIONS)).isZero();
      assertThat(rig.get(0, "k199999")).hasSize(SMALL.length);
    }
  }
}
