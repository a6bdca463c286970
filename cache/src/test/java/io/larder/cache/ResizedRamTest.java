package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** RAM that becomes more or less while the cache is in use. */
class ResizedRamTest {
  private static final int MIB = 1 << 20;
  private static final int VALUE_BYTES = 1000;

  private static byte[] value(int i) {
    byte[] bytes = new byte[VALUE_BYTES];
    Arrays.fill(bytes, (byte) i);
    return bytes;
  }

  private static void storeAll(SessionsRig rig, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(rig.set(0, "k" + i, value(i))).as("item " + i).isEqualTo(Status.STORED);
    }
  }

  private static int presentCount(SessionsRig rig, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      byte[] found = rig.get(0, "k" + i);
      if (found.length > 0) {
        assertThat(found).as("item " + i).isEqualTo(value(i));
        count++;
      }
    }
    return count;
  }

  private static void settle(SessionsRig rig) {
    for (int i = 0; i < 1000 && usedAndIdle(rig) > rig.cache.snapshot().ramBytes(); i++) {
      rig.work.runUntilIdle();
      rig.work.advance(Duration.ofMillis(20));
    }
    assertThat(usedAndIdle(rig)).isLessThanOrEqualTo(rig.cache.snapshot().ramBytes());
  }

  private static long usedAndIdle(SessionsRig rig) {
    CacheSnapshot snapshot = rig.cache.snapshot();
    return snapshot.ramUsedBytes() + snapshot.ramIdleBytes();
  }

  @Test
  void moreRamHoldsMoreItemsAtOnce() {
    try (SessionsRig rig = SessionsRig.of(4 * MIB, 1)) {
      storeAll(rig, 0, 10_000);
      long before = rig.cache.snapshot().itemCount();

      assertThat(rig.cache.resizeRam(16 * MIB)).isTrue();

      storeAll(rig, 10_000, 25_000);
      assertThat(rig.cache.snapshot().ramBytes()).isEqualTo(16 * MIB);
      assertThat(rig.cache.config().ramBytes()).isEqualTo(16 * MIB);
      assertThat(rig.cache.snapshot().itemCount()).isGreaterThan(before * 7 / 2);
      assertThat(presentCount(rig, 13_000, 25_000)).isEqualTo(12_000);
    }
  }

  @Test
  void lessRamIsReachedByEvictingTheOldestAndKeepsAsManyAsItHolds() {
    try (SessionsRig rig = SessionsRig.of(16 * MIB, 1)) {
      storeAll(rig, 0, 12_000);

      assertThat(rig.cache.resizeRam(4 * MIB)).isTrue();
      settle(rig);

      long left = rig.cache.snapshot().itemCount();
      assertThat(left).isBetween(2_700L, 4L * MIB / VALUE_BYTES);
      assertThat(presentCount(rig, 0, 12_000)).isEqualTo((int) left);
      assertThat(presentCount(rig, 9_500, 12_000)).as("the newest").isEqualTo(2_500);
      assertThat(rig.cache.resizeRam(16 * MIB)).as("and back").isTrue();
      storeAll(rig, 20_000, 32_000);
      assertThat(presentCount(rig, 20_000, 32_000)).isEqualTo(12_000);
    }
  }

  @Test
  void withFlashNothingIsLostWhenRamBecomesLess() {
    try (SessionsRig rig = SessionsRig.of(16 * MIB, MIB, 32, 1)) {
      storeAll(rig, 0, 12_000);

      assertThat(rig.cache.resizeRam(2 * MIB)).isTrue();
      settle(rig);

      assertThat(rig.cache.snapshot().flashItemCount()).isGreaterThan(10_000);
      assertThat(presentCount(rig, 0, 12_000)).isEqualTo(12_000);
      assertThat(rig.count(CacheCounter.DEMOTE_DROPPED)).isZero();
    }
  }

  @Test
  void whoWritesGoesOnWhileRamBecomesLess() {
    try (SessionsRig rig = SessionsRig.of(16 * MIB, MIB, 64, 2)) {
      storeAll(rig, 0, 12_000);
      assertThat(rig.cache.resizeRam(2 * MIB)).isTrue();

      int written = 12_000;
      while (usedAndIdle(rig) > 2 * MIB) {
        storeAll(rig, written, written + 10);
        written += 10;
        assertThat(written).as("it is reached although somebody writes").isLessThan(60_000);
        rig.work.runOne();
      }

      assertThat(written).isGreaterThan(12_000);
      assertThat(presentCount(rig, 0, written)).isEqualTo(written);
    }
  }

  @Test
  void requestThatWaitsForRoomGoesOnWhenThereIsMore() {
    try (SessionsRig rig = SessionsRig.of(2 * MIB, 1)) {
      storeAll(rig, 0, 1_000);
      CacheRig.Call last;
      int i = 1_000;
      do {
        last = new CacheRig.Call(Verb.STORE, "k" + i).value(value(i));
        i++;
      } while (rig.sessions.getFirst().execute(last));
      assertThat(last.status).as("parked: nothing demotes meanwhile").isNull();

      assertThat(rig.cache.resizeRam(4 * MIB)).isTrue();

      assertThat(last.status).isEqualTo(Status.STORED);
    }
  }

  @Test
  void ramCannotBeLessThanIndexAndALargestItemNeed() {
    try (SessionsRig rig = SessionsRig.of(8 * MIB, 256 * 1024, 128, 1)) {
      for (int i = 0; i < 250_000; i++) {
        rig.set(0, "k" + i, new byte[4]);
      }
      long index = rig.cache.snapshot().indexBytes();
      assertThat(index).isGreaterThan(2 * MIB);

      assertThat(rig.cache.resizeRam(index)).isFalse();
      assertThat(rig.cache.resizeRam(CacheConfig.RAM_BYTES_MIN - 1)).isFalse();
      assertThat(rig.cache.resizeRam(rig.cache.ramBytesMax() + MIB)).isFalse();
      assertThat(rig.cache.snapshot().ramBytes()).isEqualTo(8 * MIB);
      assertThat(rig.cache.resizeRam(index + MIB)).isTrue();
      settle(rig);
      assertThat(presentCountOfSmall(rig, 249_000, 250_000)).isEqualTo(1_000);
    }
  }

  private static int presentCountOfSmall(SessionsRig rig, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += rig.get(0, "k" + i).length == 4 ? 1 : 0;
    }
    return count;
  }

  @Test
  void ramCannotBeLessThanFourLargestItems() {
    try (SessionsRig rig = SessionsRig.of(8 * MIB, 1)) {
      assertThat(rig.cache.resizeRam(4 * MIB)).as("four of a MiB").isTrue();
      assertThat(rig.cache.resizeRam(4 * MIB - 1)).isFalse();
    }
  }

  @Test
  void ramCanBecomeAsMuchAsThereArePlacesForSegments() {
    try (SessionsRig rig = SessionsRig.of(2 * MIB, MIB, 16, 1)) {
      long most = ((1L << 18) - 16) * 64 * 1024;
      assertThat(rig.cache.ramBytesMax()).isEqualTo(most);
      assertThat(rig.cache.resizeRam(most)).isTrue();
      storeAll(rig, 0, 6_000);
      assertThat(rig.cache.snapshot().flashItemCount()).isZero();
      assertThat(rig.cache.resizeRam(2 * MIB)).isTrue();
      settle(rig);
      assertThat(presentCount(rig, 0, 6_000)).isEqualTo(6_000);
    }
  }
}
