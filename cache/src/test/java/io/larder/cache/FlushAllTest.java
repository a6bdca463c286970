package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a flush_all nothing that was there is there, wherever it was. */
class FlushAllTest {
  private final CacheRig rig = CacheRig.of(64);
  private int filled;

  @AfterEach
  void closeRig() {
    rig.close();
  }

  /** Fills RAM twice over, so that what was stored before is on flash. */
  private void pushOut() {
    for (int i = 0; i < 2000; i++) {
      rig.set("filler-" + filled++, new byte[2000]);
    }
    rig.settle();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** An item that a flush_all has just let die. */
  private void flushed(boolean onFlash, String key, String value) {
    rig.set(key, bytes(value));
    if (onFlash) {
      pushOut();
    }
    rig.cache.flushAll(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void flushedItemIsAMissWithAReason(boolean onFlash) {
    flushed(onFlash, "k", "v");

    assertThat(rig.get("k")).isNull();
    assertThat(rig.count(CacheCounter.FOUND_FLUSHED)).isEqualTo(1);
    assertThat(rig.count(CacheCounter.MISSES)).isEqualTo(1);
  }

  @Test
  void flushThatIsDueIsNotPutOffByALaterOne() {
    rig.set("k", bytes("v"));
    rig.cache.flushAll(rig.clock.unixSeconds() + 10);
    rig.clock.advanceSeconds(11);

    rig.cache.flushAll(rig.clock.unixSeconds() + 100);

    assertThat(rig.get("k")).isNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyOtherCommandFindsItAbsent(boolean onFlash) {
    flushed(onFlash, "k", "1");

    assertThat(rig.store(StoreMode.REPLACE, "k", bytes("x"))).isEqualTo(Status.NOT_STORED);
    assertThat(rig.store(StoreMode.APPEND, "k", bytes("x"))).isEqualTo(Status.NOT_STORED);
    assertThat(rig.store(StoreMode.PREPEND, "k", bytes("x"))).isEqualTo(Status.NOT_STORED);
    assertThat(rig.incr("k", 1).status).isEqualTo(Status.NOT_FOUND);
    assertThat(rig.touch("k", 0).status).isEqualTo(Status.MISS);
    assertThat(rig.delete("k")).isEqualTo(Status.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void addTakesItsPlace(boolean onFlash) {
    flushed(onFlash, "k", "old");

    assertThat(rig.store(StoreMode.ADD, "k", bytes("new"))).isEqualTo(Status.STORED);
    assertThat(rig.get("k")).isEqualTo(bytes("new"));
    pushOut();
    assertThat(rig.get("k")).isEqualTo(bytes("new"));
  }

  @Test
  void itemThatIsStoredAfterwardsLivesInEitherTier() {
    pushOut();
    rig.cache.flushAll(0);
    rig.set("k", bytes("v"));

    assertThat(rig.get("k")).isEqualTo(bytes("v"));
    pushOut();
    assertThat(rig.get("k")).isEqualTo(bytes("v"));
  }

  @Test
  void sealedPagesAreGivenUpInTheBackgroundByTheirDirectories() {
    pushOut();
    long onFlash = rig.cache.snapshot().flashItemCount();
    rig.cache.flushAll(0);
    rig.settle();

    assertThat(rig.cache.snapshot().flashItemCount())
        .as("what is left is on open pages")
        .isLessThan(onFlash / 4);
    assertThat(rig.count(CacheCounter.RECLAIMED)).isGreaterThan(onFlash / 2);
    assertThat(rig.count(CacheCounter.EVICTED_FROM_FLASH)).isZero();
    assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isZero();
  }

  @Test
  void nothingFlushedIsEverSeenAgain() {
    pushOut();
    int old = filled;
    rig.cache.flushAll(0);
    for (int round = 0; round < 3; round++) {
      pushOut();
      for (int i = 0; i < old; i += 17) {
        assertThat(rig.get("filler-" + i)).as("filler-" + i).isNull();
      }
    }
  }

  @Test
  void itemThatCameBackToRamIsFlushedWithItsCopyOnFlash() {
    rig.set("k", bytes("v"));
    pushOut();
    while (rig.count(CacheCounter.RECACHED) == 0) {
      assertThat(rig.get("k")).isNotNull();
    }

    rig.cache.flushAll(0);

    assertThat(rig.get("k")).isNull();
    pushOut();
    assertThat(rig.get("k")).isNull();
    assertThat(rig.count(CacheCounter.DEMOTED_TO_TWIN)).isZero();
  }

  @Test
  void readThatIsUnderWayFindsTheItemGone() {
    rig.set("k", bytes("v"));
    pushOut();
    CacheRig.Call read = rig.start(new CacheRig.Call(Verb.READ, "k"));
    assertThat(read.status).isNull();

    rig.cache.flushAll(0);
    rig.reads.completeAll();

    assertThat(read.status).isEqualTo(Status.MISS);
  }

  @Test
  void incrementThatIsUnderWayFindsTheItemGone() {
    rig.set("k", bytes("1"));
    pushOut();
    CacheRig.Call incr = new CacheRig.Call(Verb.ARITHMETIC, "k");
    incr.delta = 1;
    rig.start(incr);
    assertThat(incr.status).isNull();

    rig.cache.flushAll(0);
    rig.reads.completeAll();

    assertThat(incr.status).isEqualTo(Status.NOT_FOUND);
  }

  @Test
  void itemStoredWhileAReadOfItsOldValueIsUnderWayLivesThroughTheFlush() {
    rig.set("k", bytes("old"));
    pushOut();
    CacheRig.Call append = new CacheRig.Call(Verb.STORE, "k").value(bytes("+"));
    append.mode = StoreMode.APPEND;
    rig.start(append);
    rig.cache.flushAll(0);
    assertThat(rig.setElsewhere("k", bytes("new"))).isEqualTo(Status.STORED);
    rig.reads.completeAll();

    assertThat(append.status).isEqualTo(Status.STORED);
    assertThat(rig.get("k")).isEqualTo(bytes("new+"));
  }

  @Test
  void delayedFlushLetsEverythingLiveUntilItIsDueAndTakesBothTiers() {
    rig.set("on-flash", bytes("v"));
    pushOut();
    rig.cache.flushAll(rig.clock.unixSeconds() + 100);
    rig.set("in-ram", bytes("v"));
    rig.clock.advanceSeconds(99);
    assertThat(rig.get("on-flash")).isNotNull();
    assertThat(rig.get("in-ram")).isNotNull();

    rig.clock.advanceSeconds(1);

    assertThat(rig.get("on-flash")).isNull();
    assertThat(rig.get("in-ram")).isNull();
    rig.set("later", bytes("v"));
    rig.clock.advanceSeconds(1000);
    assertThat(rig.get("later")).isNotNull();
  }

  @Test
  void twoFlushesOneAfterTheOtherTakeWhatIsThereAtEach() {
    rig.set("a", bytes("v"));
    rig.cache.flushAll(0);
    rig.set("b", bytes("v"));
    rig.cache.flushAll(0);
    rig.set("c", bytes("v"));

    assertThat(rig.get("a")).isNull();
    assertThat(rig.get("b")).isNull();
    assertThat(rig.get("c")).isNotNull();
  }
}
