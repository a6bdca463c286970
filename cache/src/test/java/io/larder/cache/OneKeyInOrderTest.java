package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.CacheRig.Call;
import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.testkit.InlineExecutor;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualWork;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What one session is asked about one key takes effect in the order it was asked, in whatever order
 * the device answers.
 */
class OneKeyInOrderTest {
  private static final byte[] OLD = "old".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

  private final CacheRig rig = CacheRig.of(64);

  @AfterEach
  void close() {
    rig.close();
  }

  private static Call metaGet(String key) {
    Call call = new Call(Verb.READ, key);
    call.wantsValue = true;
    call.claimsStale = true;
    return call;
  }

  private void finish(Call... calls) {
    for (Call call : calls) {
      for (int i = 0; call.status == null && i < 1000; i++) {
        rig.reads.completeNext();
        rig.settle();
      }
      assertThat(call.status).isNotNull();
    }
  }

  /** Leaves {@code key} stale, with nobody chosen to refresh it, on flash. */
  private void putStaleOnFlash(String key) {
    rig.set(key, OLD);
    pushOut();
    Call invalidate = new Call(Verb.DELETE, key);
    invalidate.invalidates = true;
    rig.run(invalidate);
    pushOut();
  }

  private void pushOut() {
    for (int i = 0; i < 2000; i++) {
      rig.set("filler" + i, new byte[2000]);
    }
    rig.settle();
  }

  @Test
  void readsThatFindAStaleItemClaimItInTheirOrder() {
    putStaleOnFlash("k");
    Call first = rig.start(metaGet("k"));
    Call second = rig.start(metaGet("k"));
    Call third = rig.start(metaGet("k"));

    finish(third, second, first);

    assertThat(first.won).isTrue();
    assertThat(second.won).isFalse();
    assertThat(second.value).isEqualTo(OLD);
    assertThat(third.won).isFalse();
  }

  @Test
  void theSecondOfTwoReadsDoesNotClaimInRamWhatTheFirstIsStillReading() {
    putStaleOnFlash("k");
    Call first = rig.start(metaGet("k"));
    Call touch = new Call(Verb.READ, "k");
    touch.touches = true;
    touch.expirySeconds = 0;
    rig.start(touch);
    Call second = rig.start(metaGet("k"));

    rig.reads.completeLast();
    finish(first, touch, second);

    assertThat(first.won).isTrue();
    assertThat(second.won).isFalse();
  }

  @Test
  void aSetWaitsForTheReadBeforeItThatLooksAgain() {
    putStaleOnFlash("k");
    Call read = rig.start(metaGet("k"));
    Call set = rig.start(new Call(Verb.STORE, "k").value(NEW));

    finish(read, set);

    assertThat(read.won).isTrue();
    assertThat(read.value).isEqualTo(OLD);
    assertThat(set.status).isEqualTo(Status.STORED);
    assertThat(rig.get("k")).isEqualTo(NEW);
  }

  @Test
  void manyChangesOfOneKeyTakeTheirTurns() {
    putStaleOnFlash("k");
    Call read = rig.start(metaGet("k"));
    Call[] sets = new Call[5000];
    for (int i = 0; i < sets.length; i++) {
      sets[i] =
          rig.start(new Call(Verb.STORE, "k").value(("v" + i).getBytes(StandardCharsets.UTF_8)));
    }

    finish(read);
    finish(sets);

    assertThat(rig.get("k")).isEqualTo("v4999".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void changesOfOtherKeysDoNotWait() {
    putStaleOnFlash("k");
    Call read = rig.start(metaGet("k"));

    for (int i = 0; i < 3000; i++) {
      Call set = rig.start(new Call(Verb.STORE, "other" + i).value(new byte[10]));
      rig.settle();
      assertThat(set.status).isEqualTo(Status.STORED);
    }
    finish(read);
  }

  @Test
  void aSetWaitsForTheOneBeforeItThatWaitsForRoom() {
    ManualWork work = new ManualWork(new ManualClock());
    try (Cache cache = Cache.open(CacheConfig.ofRam(2 << 20), List.of(), new ManualClock(), work);
        CacheSession session = cache.newSession(null, new InlineExecutor())) {
      // So that there is a segment with room for what is small.
      session.execute(new Call(Verb.STORE, "first").value(OLD));
      for (int i = 0; i < 29; i++) {
        session.execute(new Call(Verb.STORE, "large" + i).value(new byte[40_000]));
      }
      Call large = new Call(Verb.STORE, "k").value(new byte[40_000]);
      session.execute(large);
      assertThat(large.status).isNull();
      Call small = new Call(Verb.STORE, "k").value(NEW);
      session.execute(small);
      assertThat(small.status).isNull();

      work.runUntilIdle();

      assertThat(large.status).isEqualTo(Status.STORED);
      assertThat(small.status).isEqualTo(Status.STORED);
      Call read = new Call(Verb.READ, "k");
      session.execute(read);
      assertThat(read.value).isEqualTo(NEW);
      work.close();
    }
  }
}
