package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Writers that outrun the device wait while it makes progress, and for a bounded time when it makes
 * none; then the tail is dropped. The device is held by not running its flush step.
 */
class DemotionPatienceTest {
  private static final int VALUE_BYTES = 2000;

  private final CacheRig rig = CacheRig.of(64);
  private int nextKey;

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private CacheRig.Call store() {
    return rig.start(
        new CacheRig.Call(Verb.STORE, "key-" + nextKey++).value(new byte[VALUE_BYTES]));
  }

  private void demote() {
    for (int i = 0; i < 4; i++) {
      rig.work.runOnce("demote");
    }
  }

  /** Stores until a writer has to wait; returns what it waits with. */
  private CacheRig.Call storeUntilPaused() {
    for (int i = 0; i < 5000; i++) {
      CacheRig.Call call = store();
      demote();
      if (call.status == null) {
        return call;
      }
    }
    throw new AssertionError("no writer ever waited");
  }

  private long dropped() {
    return rig.count(CacheCounter.DEMOTE_DROPPED);
  }

  private void passTime(Duration time) {
    rig.clock.advance(time);
    demote();
  }

  /** Brings the cache to where records are dropped because the device has not moved for long. */
  private void loseAllPatience() {
    storeUntilPaused();
    passTime(Duration.ofMillis(1001));
    assertThat(dropped()).isPositive();
  }

  @Test
  void writerWaitsWhenRamIsFullAndTheDeviceIsHeld() {
    storeUntilPaused();

    assertThat(rig.count(CacheCounter.WRITE_PAUSES)).isEqualTo(1);
    assertThat(dropped()).isZero();
    assertThat(rig.count(CacheCounter.DEMOTED)).as("both write buffers are full").isPositive();
  }

  @Test
  void aMissOfWhatWasDroppedSaysSo() {
    loseAllPatience();
    for (int i = 0; i < nextKey; i++) {
      rig.start(new CacheRig.Call(Verb.READ, "key-" + i));
    }
    rig.reads.completeAll();

    assertThat(rig.count(CacheCounter.MISSES_DROPPED)).isEqualTo(dropped());
  }

  @Test
  void nothingIsDroppedWithinTheLongestWait() {
    CacheRig.Call waiting = storeUntilPaused();

    passTime(Duration.ofMillis(999));

    assertThat(waiting.status).isNull();
    assertThat(dropped()).isZero();
  }

  @Test
  void waitingWriterGoesOnWhenTheDeviceDoes() {
    CacheRig.Call waiting = storeUntilPaused();

    rig.settle();

    assertThat(waiting.status).isEqualTo(Status.STORED);
    assertThat(dropped()).isZero();
    assertThat(rig.get("key-0")).as("everything stored is there").hasSize(VALUE_BYTES);
  }

  @Test
  void afterTheLongestWaitTheTailIsDroppedAndTheWriterGoesOn() {
    CacheRig.Call waiting = storeUntilPaused();

    passTime(Duration.ofMillis(1001));

    assertThat(waiting.status).isEqualTo(Status.STORED);
    assertThat(dropped()).isPositive();
  }

  @Test
  void fromThenOnNobodyWaitsUntilTheDeviceMakesProgress() {
    loseAllPatience();
    long pauses = rig.count(CacheCounter.WRITE_PAUSES);

    for (int i = 0; i < 2000; i++) {
      CacheRig.Call call = store();
      demote();
      assertThat(call.status).as("store " + i).isEqualTo(Status.STORED);
    }

    assertThat(rig.count(CacheCounter.WRITE_PAUSES)).isEqualTo(pauses);
    assertThat(dropped()).isGreaterThan(1000);
  }

  @Test
  void aFlushThatSucceedsEndsTheDroppingAndBringsThePatienceBack() {
    loseAllPatience();
    rig.work.runOnce("flush-0");
    long dropped = dropped();
    long demoted = rig.count(CacheCounter.DEMOTED);

    CacheRig.Call waiting = storeUntilPaused();
    passTime(Duration.ofMillis(999));

    assertThat(rig.count(CacheCounter.DEMOTED)).isGreaterThan(demoted);
    assertThat(waiting.status).isNull();
    assertThat(dropped()).isEqualTo(dropped);
    passTime(Duration.ofMillis(2));
    assertThat(dropped()).isGreaterThan(dropped);
    assertThat(waiting.status).isEqualTo(Status.STORED);
  }

  @Test
  void slowDeviceIsWaitedForAsLongAsItMakesProgress() {
    List<CacheRig.Call> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      calls.add(storeUntilPaused());
      passTime(Duration.ofMillis(900));
      rig.work.runOnce("flush-0");
      demote();
    }

    assertThat(dropped()).isZero();
    rig.settle();
    assertThat(calls).allMatch(call -> call.status == Status.STORED);
    assertThat(dropped()).isZero();
  }

  @Test
  void readsAreAnsweredWhileWritersWait() {
    storeUntilPaused();
    String inRam = "key-" + (nextKey - 20);

    CacheRig.Call fromRam = rig.start(new CacheRig.Call(Verb.READ, inRam));
    CacheRig.Call fromABuffer = rig.start(new CacheRig.Call(Verb.READ, "key-0"));

    assertThat(fromRam.status).isEqualTo(Status.HIT);
    assertThat(fromABuffer.status).isEqualTo(Status.HIT);
    assertThat(rig.count(CacheCounter.FLASH_HITS)).isEqualTo(1);
  }

  @Test
  void setThatWaitsLeavesTheOldValueInItsPlace() {
    CacheRig.Call waiting = storeUntilPaused();
    assertThat(waiting.status).isNull();
    String key = "key-0";
    CacheRig.Call set = rig.start(new CacheRig.Call(Verb.STORE, key).value(new byte[3000]));
    assertThat(set.status).isNull();

    CacheRig.Call read = rig.start(new CacheRig.Call(Verb.READ, key));

    assertThat(read.value).hasSize(VALUE_BYTES);
    rig.settle();
    assertThat(set.status).isEqualTo(Status.STORED);
    assertThat(rig.get(key)).hasSize(3000);
  }

  @Test
  void waitingWritersAreServedInTheirOrder() {
    CacheRig.Call first = storeUntilPaused();
    CacheRig.Call old = new CacheRig.Call(Verb.STORE, "same").value(new byte[100]);
    CacheRig.Call young = new CacheRig.Call(Verb.STORE, "same").value(new byte[200]);
    List<CacheRig.Call> behind = new ArrayList<>();
    while (rig.session.pendingCount() < 3) {
      behind.add(store());
    }
    rig.start(old);
    rig.start(young);
    rig.settle();

    assertThat(first.status).isEqualTo(Status.STORED);
    assertThat(behind).allMatch(call -> call.status == Status.STORED);
    assertThat(rig.get("same")).hasSize(200);
  }
}
