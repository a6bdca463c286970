package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The smallest RAM there may be: 16 segments, four of them the first tables of the index. */
class TinyRamTest {
  private static final long SMALLEST = CacheConfig.RAM_BYTES_MIN;

  private static byte[] value(int i, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) i);
    return bytes;
  }

  @Test
  void smallestRamWithoutFlashKeepsTheLatestItems() {
    try (SessionsRig rig = SessionsRig.of(SMALLEST, 1)) {
      for (int i = 0; i < 10_000; i++) {
        assertThat(rig.set(0, "k" + i, value(i, 500))).isEqualTo(Status.STORED);
      }

      for (int i = 9_800; i < 10_000; i++) {
        assertThat(rig.get(0, "k" + i)).isEqualTo(value(i, 500));
      }
      assertThat(rig.count(CacheCounter.EVICTED_FROM_RAM)).isGreaterThan(8_000);
    }
  }

  @Test
  void smallestRamWithFlashLosesNothing() {
    try (SessionsRig rig = SessionsRig.of(SMALLEST, 1 << 20, 16, 1)) {
      for (int i = 0; i < 10_000; i++) {
        assertThat(rig.set(0, "k" + i, value(i, 500))).isEqualTo(Status.STORED);
      }
      for (int i = 0; i < 10_000; i++) {
        assertThat(rig.get(0, "k" + i)).as("item " + i).isEqualTo(value(i, 500));
      }
      assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isZero();
    }
  }

  @Test
  void largestItemFindsRoomAmongSmallOnes() {
    try (SessionsRig rig = SessionsRig.of(SMALLEST, 1)) {
      int most = rig.cache.config().itemBytesMax() - 100;
      for (int i = 0; i < 300; i++) {
        assertThat(rig.set(0, "k" + i, value(i, i % 10 == 9 ? most : 3000)))
            .isEqualTo(Status.STORED);
      }
      assertThat(rig.get(0, "k299")).hasSize(most);
    }
  }

  @Test
  void everyOneOfManySessionsFindsRoom() {
    try (SessionsRig rig = SessionsRig.of(SMALLEST, 16)) {
      for (int i = 0; i < 3_000; i++) {
        assertThat(rig.set(i % 16, "k" + i, value(i, 700)))
            .as("item " + i)
            .isEqualTo(Status.STORED);
      }
      assertThat(rig.get(3, "k2999")).isEqualTo(value(2999, 700));
    }
  }

  @Test
  void largestItemFindsRoomAlthoughEverySessionHoldsASegment() {
    try (SessionsRig rig = SessionsRig.of(SMALLEST, 8)) {
      int most = rig.cache.config().itemBytesMax() - 100;
      for (int session = 0; session < 8; session++) {
        rig.set(session, "small-" + session, value(1, 100));
      }

      assertThat(rig.set(0, "large", value(1, most))).isEqualTo(Status.STORED);
    }
  }

  @Test
  void largestItemFindsRoomAlthoughTheIndexHasTakenAllItMay() {
    try (SessionsRig rig = SessionsRig.of(2 << 20, 256 * 1024, 128, 1)) {
      int next = 0;
      while (rig.count(CacheCounter.INDEX_FULL_EVICTIONS) == 0) {
        rig.set(0, "k" + next++, new byte[4]);
      }
      int most = rig.cache.config().itemBytesMax() - 100;

      assertThat(rig.set(0, "large", value(1, most))).isEqualTo(Status.STORED);
      assertThat(rig.get(0, "large")).hasSize(most);
    }
  }
}
