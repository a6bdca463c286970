package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.model.Bucket;
import io.larder.engine.page.PageState;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is changed while the cache runs counts from then on. */
class TunablesTest {
  private final CacheRig rig = CacheRig.of(48);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private void store(String prefix, int count, long lifeSeconds) {
    long expiry = lifeSeconds == 0 ? 0 : rig.clock.unixSeconds() + lifeSeconds;
    for (int i = 0; i < count; i++) {
      rig.set(prefix + i, new byte[1500], expiry);
    }
    rig.settle();
  }

  private boolean isWrittenTo(Bucket bucket) {
    return rig.flash().pages().stream()
        .anyMatch(page -> page.state() != PageState.FREE && page.bucket() == bucket);
  }

  @Test
  void smallestItemForFlash() {
    rig.cache.tunables().setItemBytesMin(2000);
    store("small-", 2000, 0);
    assertThat(rig.cache.snapshot().flashItemCount()).isZero();

    rig.cache.tunables().setItemBytesMin(1000);
    store("large-", 2000, 0);

    assertThat(rig.cache.snapshot().flashItemCount()).isPositive();
  }

  @Test
  void limitOfTheLowestBand() {
    store("before-", 2000, 10_000);
    assertThat(isWrittenTo(Bucket.LOWTTL)).isFalse();
    assertThat(isWrittenTo(Bucket.HIGHTTL)).isTrue();

    rig.cache.tunables().setLowTtlSeconds(10_001);
    store("after-", 2000, 10_000);

    assertThat(isWrittenTo(Bucket.LOWTTL)).isTrue();
  }

  @Test
  void rateOfComingBackToRam() {
    rig.cache.tunables().setRecacheRate(0);
    store("key-", 2000, 0);
    for (int i = 0; i < 10; i++) {
      rig.get("key-5");
    }
    assertThat(rig.count(CacheCounter.RECACHED)).isZero();

    rig.cache.tunables().setRecacheRate(1);
    rig.get("key-5");

    assertThat(rig.count(CacheCounter.RECACHED)).isEqualTo(1);
  }

  @Test
  void itemsUsedLatelyStayInRamWhileOthersCanGo() {
    store("old-", 700, 0);
    rig.clock.advanceSeconds(100);
    rig.cache.tunables().setItemAgeSeconds(50);

    store("young-", 1500, 0);

    assertThat(rig.count(CacheCounter.KEPT_IN_RAM)).as("none was read").isPositive();
    assertThat(rig.count(CacheCounter.DEMOTED)).as("and still room was made").isGreaterThan(700);
  }

  @Test
  void itemsThatAreAllYoungDoNotKeepDemotionFromMakingRoom() {
    rig.cache.tunables().setItemAgeSeconds(1_000_000);

    store("young-", 6000, 0);

    assertThat(rig.cache.snapshot().itemCount()).isEqualTo(6000);
  }

  @Test
  void longestSleepOfDemotionThatWaitsForFlash() {
    rig.cache.tunables().setMaxSleepMicros(100);
    for (int i = 0; i < 1300; i++) {
      rig.start(new CacheRig.Call(Verb.STORE, "key-" + i).value(new byte[1500]));
    }
    for (int i = 0; i < 100; i++) {
      // Nothing is flushed meanwhile, so it comes to wait for a buffer.
      rig.work.runOnce("demote");
    }
    assertThat(rig.work.dueNames()).doesNotContain("demote");

    rig.clock.advanceNanos(100_000);

    assertThat(rig.work.dueNames()).contains("demote");
    rig.work.advance(Duration.ofSeconds(1));
  }
}
