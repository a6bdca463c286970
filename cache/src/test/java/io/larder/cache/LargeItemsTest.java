package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.CacheRig.Call;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Items larger than a write buffer go to flash from where they stand in RAM. */
class LargeItemsTest {
  private static final int LARGE = 150_000;

  private final CacheRig rig = CacheRig.of(32);
  private int filled;

  @AfterEach
  void close() {
    rig.close();
  }

  private static byte[] large(int seed) {
    byte[] bytes = new byte[LARGE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Small items, until demotion has begun to write the large one. */
  private void fillUntilItIsBeingWritten() {
    long before = rig.flashDevice().heldWriteCount();
    assertThat(before).isZero();
    long reserved = rig.cache.get(EngineCounter.RECORDS_WRITTEN);
    assertThat(reserved).as("nothing has gone to flash yet").isZero();
    for (int i = 0; i < 3000; i++) {
      rig.start(new Call(Verb.STORE, "filler" + filled++).value(new byte[2000]));
      rig.work.runOnce("demote");
      if (rig.cache.get(EngineCounter.RECORDS_WRITTEN) > 0) {
        return;
      }
    }
    throw new AssertionError("the large item was never demoted");
  }

  private void pushOut() {
    for (int i = 0; i < 1500; i++) {
      rig.set("filler" + filled++, new byte[2000]);
    }
    rig.settle();
  }

  private void flush() {
    rig.work.runOnce("flush-0");
    rig.work.runOnce("flush-0");
    rig.work.runOnce("flush-0");
  }

  @Test
  void largeItemsAreReadBackFromFlash() {
    for (int i = 0; i < 8; i++) {
      assertThat(rig.set("large" + i, large(i))).isEqualTo(Status.STORED);
    }
    pushOut();

    for (int i = 0; i < 8; i++) {
      assertThat(rig.get("large" + i)).as("item %d", i).isEqualTo(large(i));
    }
    assertThat(rig.count(CacheCounter.FLASH_HITS)).isGreaterThanOrEqualTo(8);
  }

  @Test
  void itemIsReadFromRamWhileItIsBeingWritten() {
    rig.set("large", large(1));
    fillUntilItIsBeingWritten();
    assertThat(rig.get("large")).isEqualTo(large(1));
    assertThat(rig.count(CacheCounter.RAM_HITS)).isEqualTo(1);
    rig.settle();
    assertThat(rig.get("large")).isEqualTo(large(1));
    assertThat(rig.read("large").hitBefore).isTrue();
  }

  @Test
  void itemDeletedWhileItIsBeingWrittenIsGone() {
    rig.set("large", large(1));
    fillUntilItIsBeingWritten();
    assertThat(rig.delete("large")).isEqualTo(Status.DELETED);
    rig.settle();
    assertThat(rig.get("large")).isNull();
    assertThat(rig.store(StoreMode.ADD, "large", large(2))).isEqualTo(Status.STORED);
  }

  @Test
  void itemOverwrittenWhileItIsBeingWrittenHasItsNewValue() {
    rig.set("large", large(1));
    fillUntilItIsBeingWritten();
    Call overwrite = rig.start(new Call(Verb.STORE, "large").value(large(2)));
    rig.settle();
    assertThat(overwrite.status).isEqualTo(Status.STORED);
    pushOut();
    assertThat(rig.get("large")).isEqualTo(large(2));
  }

  @Test
  void itemTouchedWhileItIsBeingWrittenKeepsItsNewExpiry() {
    rig.set("large", large(1));
    fillUntilItIsBeingWritten();
    long expiry = rig.clock.unixSeconds() + 100_000;
    rig.touch("large", expiry);
    rig.settle();
    pushOut();
    assertThat(rig.read("large").expirySeen).isEqualTo(expiry);
  }

  @Test
  void itemStaysInRamWhenTheDeviceRefusesIt() {
    rig.set("large", large(1));
    rig.flashDevice().failAllWrites(true);
    fillUntilItIsBeingWritten();
    flush();
    rig.work.runOnce("demote");
    rig.flashDevice().failAllWrites(false);
    assertThat(rig.get("large")).isEqualTo(large(1));
    rig.settle();
    pushOut();
    assertThat(rig.get("large")).isEqualTo(large(1));
  }

  @Test
  void itemIsDroppedWhenTheDeviceHangsAndItsMemoryComesBackWhenItHasAnswered() {
    rig.set("large", large(1));
    fillUntilItIsBeingWritten();
    rig.work.runOnce("demote");
    rig.clock.advance(Duration.ofMillis(1001));
    rig.work.runOnce("demote");
    assertThat(rig.count(CacheCounter.DEMOTE_DROPPED)).isEqualTo(1);
    assertThat(rig.get("large")).isNull();

    rig.settle();
    for (int i = 0; i < 20; i++) {
      assertThat(rig.set("large" + i, large(i))).isEqualTo(Status.STORED);
      rig.settle();
    }
  }

  @Test
  void itemThatIsReadMovesToAnotherPageWhenItsPageIsGivenUp() {
    byte[] value = Arrays.copyOf(large(1), 90_000);
    rig.set("large", value);
    pushOut();
    rig.get("large");
    for (int i = 0; i < 30 && rig.cache.get(EngineCounter.BYTES_RESCUED) < value.length; i++) {
      pushOut();
    }
    assertThat(rig.cache.get(EngineCounter.BYTES_RESCUED)).isGreaterThanOrEqualTo(value.length);
    assertThat(rig.get("large")).isEqualTo(value);
  }

  @Test
  void appendToALargeItemOnFlashMakesALargerOne() {
    rig.set("large", large(1));
    pushOut();
    assertThat(rig.store(StoreMode.APPEND, "large", "tail".getBytes(UTF_8)))
        .isEqualTo(Status.STORED);
    pushOut();
    byte[] joined = rig.get("large");
    assertThat(joined).hasSize(LARGE + 4).endsWith("tail".getBytes(UTF_8)).startsWith(large(1));
  }
}
