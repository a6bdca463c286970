package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.stats.CacheCounter;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One in so many hits on popular items of flash brings an item to RAM. */
class RecacheRateTest {
  private static final int RATE = 5;

  /** Hits that make an item on flash a popular one. */
  private static final int POPULAR = 3;

  private final CacheRig rig = CacheRig.of(32, RATE, 64, new SplittableRandom(1));

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private void putOnFlash(String key) {
    rig.set(key, "value".getBytes(UTF_8));
    for (int i = 0; i < 1500; i++) {
      rig.set("filler" + key + i, new byte[2000]);
    }
    rig.settle();
  }

  /** Defect D16 of extstore: the count of a new connection began where it was due. */
  @Test
  void theFirstHitThatCountsIsNoMoreDueThanAnother() {
    putOnFlash("k");
    for (int i = 0; i < POPULAR + RATE - 1; i++) {
      rig.get("k");
    }
    assertThat(rig.count(CacheCounter.RECACHED)).isZero();

    rig.get("k");
    assertThat(rig.count(CacheCounter.RECACHED)).isEqualTo(1);
  }
}
