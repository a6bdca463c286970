package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.stats.CacheCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Times of more than 31 bits, which begin on 19 January 2038 at 03:14:08 UTC. */
class LateTimesTest {
  private static final long OVERFLOW_SECONDS = 1L << 31;
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  private final CacheRig rig = CacheRig.of(32);

  @BeforeEach
  void fiveSecondsBefore() {
    rig.clock.advanceSeconds(OVERFLOW_SECONDS - 5 - rig.clock.unixSeconds());
  }

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private void pushOut() {
    for (int i = 0; i < 1500; i++) {
      rig.set("filler" + i, new byte[2000]);
    }
    rig.settle();
  }

  @Test
  void anItemOfRamLivesAcrossTheDayAndDiesAtItsSecond() {
    rig.set("k", VALUE, OVERFLOW_SECONDS + 3);
    rig.clock.advanceSeconds(7);
    assertThat(rig.get("k")).isEqualTo(VALUE);
    rig.clock.advanceSeconds(1);
    assertThat(rig.get("k")).isNull();
  }

  @Test
  void soDoesOneOnFlash() {
    rig.set("k", VALUE, OVERFLOW_SECONDS + 1000);
    pushOut();
    long lookups = rig.count(CacheCounter.FLASH_LOOKUPS);
    assertThat(rig.read("k").expirySeen).isEqualTo(OVERFLOW_SECONDS + 1000);
    assertThat(rig.count(CacheCounter.FLASH_LOOKUPS)).isGreaterThan(lookups);

    rig.clock.advanceSeconds(1004);
    assertThat(rig.get("k")).isEqualTo(VALUE);
    rig.clock.advanceSeconds(1);
    assertThat(rig.get("k")).isNull();
  }

  @Test
  void pagesOfItemsThatOutliveTheDayAreNotTakenForExpired() {
    rig.set("k", VALUE, OVERFLOW_SECONDS + 100_000);
    pushOut();
    rig.clock.advanceSeconds(50_000);
    pushOut();
    assertThat(rig.get("k")).isEqualTo(VALUE);
  }

  @Test
  void aDelayedFlushIsCarriedOutAfterIt() {
    rig.set("k", VALUE);
    rig.cache.flushAll(OVERFLOW_SECONDS + 1);
    rig.clock.advanceSeconds(5);
    assertThat(rig.get("k")).isEqualTo(VALUE);
    rig.clock.advanceSeconds(1);
    assertThat(rig.get("k")).isNull();
  }
}
