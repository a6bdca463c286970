package io.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.model.Durability;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.engine.stats.EngineCounter;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is there again after the process has ended, and what must not be. */
class RestartTest {
  private static final int PAGES = 40;
  private static final int VALUE_BYTES = 3000;
  private static final int FILLER_COUNT = 2000;

  private static byte[] value(String of, int version) {
    byte[] bytes = new byte[VALUE_BYTES];
    Arrays.fill(bytes, (byte) (of.hashCode() + version));
    byte[] name = (of + "#" + version).getBytes(UTF_8);
    System.arraycopy(name, 0, bytes, 0, name.length);
    return bytes;
  }

  /** Pushes what is in RAM to flash, and what is in write buffers to the device. */
  private static void pushOut(CacheRig rig) {
    for (int i = 0; i < FILLER_COUNT; i++) {
      String key = "filler-" + i;
      assertThat(rig.set(key, value(key, 1))).isEqualTo(Status.STORED);
    }
    rig.work.advance(Duration.ofMillis(100));
  }

  private static boolean isOnFlash(CacheRig rig, String key) {
    long before = rig.count(CacheCounter.FLASH_LOOKUPS);
    boolean hit = rig.get(key) != null;
    return hit && rig.count(CacheCounter.FLASH_LOOKUPS) > before;
  }

  private static RestoreSnapshot restore(CacheRig rig) {
    RestoreSnapshot restore = rig.cache.restore();
    if (restore == null) {
      throw new IllegalStateException("no flash");
    }
    return restore;
  }

  private static CacheRig withOnFlash(String key) throws IOException {
    CacheRig rig = CacheRig.lasting(PAGES);
    rig.set(key, value(key, 1));
    pushOut(rig);
    assertThat(isOnFlash(rig, key)).as(key + " is on flash").isTrue();
    return rig;
  }

  private static void assertMissOr(CacheRig rig, String key, byte @Nullable [] allowed) {
    byte[] found = rig.get(key);
    if (found != null) {
      assertThat(found).as(key).isEqualTo(allowed);
    }
  }

  @Test
  void whatWasOnFlashIsThereAfterAKill() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      long before = rig.cache.snapshot().flashItemCount();
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).isEqualTo(value("a", 1));
        assertThat(next.cache.snapshot().flashItemCount())
            .as("all but what was in write buffers")
            .isGreaterThan(before * 9 / 10);
        assertThat(restore(next).running()).isFalse();
        assertThat(restore(next).lostPageCount()).isZero();
        assertThat(restore(next).scannedPageCount()).as("pages that were open").isPositive();
        for (int i = 0; i < FILLER_COUNT; i++) {
          assertMissOr(next, "filler-" + i, value("filler-" + i, 1));
        }
      }
    }
  }

  @Test
  void aCleanStopBringsEverythingInRamToFlash() throws IOException {
    CacheRig rig = CacheRig.lasting(PAGES);
    for (int i = 0; i < 300; i++) {
      rig.set("k" + i, value("k" + i, 1));
    }
    byte[] large = new byte[150 * 1024];
    Arrays.fill(large, (byte) 7);
    rig.set("large", large);
    rig.stop();
    try (CacheRig next = rig.again()) {
      next.settle();
      assertThat(next.cache.snapshot().flashItemCount()).isEqualTo(301);
      assertThat(next.get("large")).isEqualTo(large);
      for (int i = 0; i < 300; i++) {
        assertThat(next.get("k" + i)).isEqualTo(value("k" + i, 1));
      }
      assertThat(restore(next).scannedPageCount()).as("all were sealed").isZero();
    }
  }

  /**
   * Found by the simulation, seed 5003839 of the world of crashes: it was left in RAM, uncounted.
   */
  @Test
  void aLargeItemThatTheDeviceRefusesAtACleanStopGoesToAnotherPage() throws IOException {
    CacheRig rig = CacheRig.lasting(PAGES);
    byte[] large = new byte[150 * 1024];
    Arrays.fill(large, (byte) 7);
    rig.set("large", large);
    Objects.requireNonNull(rig.device).failNextWrite();
    rig.stop();
    try (CacheRig next = rig.again()) {
      next.settle();
      assertThat(next.get("large")).isEqualTo(large);
    }
  }

  @Test
  void aCleanStopEndsThoughTheDeviceRefusesEverything() throws IOException {
    CacheRig rig = CacheRig.lasting(PAGES);
    rig.set("large", new byte[150 * 1024]);
    rig.set("small", value("small", 1));
    Objects.requireNonNull(rig.device).failAllWrites(true);
    rig.stop();
    Objects.requireNonNull(rig.device).failAllWrites(false);
    try (CacheRig next = rig.again()) {
      next.settle();
      assertThat(next.get("large")).isNull();
      assertThat(next.get("small")).isNull();
    }
  }

  /** A page counts no more from before its first record is moved; so it is swept to its end. */
  @Test
  void aCleanStopEndsWhatReclaimHasBegun() throws IOException {
    CacheRig rig = withOnFlash("a");
    for (int i = 0; i < FILLER_COUNT; i += 2) {
      rig.delete("filler-" + i);
    }
    rig.settle();
    rig.cache.tunables().setCompactUnderPages(PAGES);
    rig.work.runOnce("reclaim");
    assertThat(rig.count(CacheCounter.EVICTED_FROM_FLASH)).isZero();
    long before = rig.cache.snapshot().itemCount();

    rig.session.close();
    rig.cache.beginStop();
    for (int i = 0; i < 1000; i++) {
      rig.work.runOnce("demote");
      rig.work.runOnce("flush-0");
    }
    assertThat(rig.cache.hasStopped()).as("with a page half given up").isFalse();
    for (int i = 0; !rig.cache.hasStopped(); i++) {
      assertThat(i).as("stops").isLessThan(1000);
      rig.work.advance(Duration.ofMillis(20));
    }
    rig.work.close();
    rig.cache.close();
    try (CacheRig next = rig.again()) {
      next.settle();
      assertThat(next.cache.snapshot().flashItemCount()).isEqualTo(before);
      assertThat(restore(next).scannedPageCount()).as("all were sealed").isZero();
    }
  }

  @Test
  void anOverwrittenValueIsNotFound() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.set("a", value("a", 2));
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertMissOr(next, "a", value("a", 2));
        assertThat(restore(next).tombstoneCount()).isPositive();
      }
    }
  }

  @Test
  void aDeletedItemIsNotFound() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      assertThat(rig.delete("a")).isEqualTo(Status.DELETED);
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).isNull();
      }
    }
  }

  @Test
  void aRecachedItemThatChangesInRamIsNotFoundAsItWas() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      for (int i = 0; i < 8; i++) {
        rig.get("a");
      }
      rig.touch("a", rig.clock.unixSeconds() + 1000);
      rig.set("a", value("a", 2));
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertMissOr(next, "a", value("a", 2));
      }
    }
  }

  @Test
  void aRescuedItemThatIsDeletedIsNotFound() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      // Round and round, so that its page is given up, while it is read and thus worth moving.
      for (int round = 0; round < 6; round++) {
        for (int i = 0; i < FILLER_COUNT; i++) {
          rig.set("round-" + round + "-" + i, value("r", i));
          if (i % 500 == 0) {
            rig.get("a");
          }
        }
      }
      rig.work.advance(Duration.ofMillis(100));
      rig.delete("a");
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).isNull();
      }
    }
  }

  @Test
  void aPageThatWasBeingGivenUpIsEmpty() throws IOException {
    try (CacheRig rig = CacheRig.lasting(PAGES)) {
      for (int i = 0; i < 3 * FILLER_COUNT; i++) {
        rig.start(
            new CacheRig.Call(Verb.STORE, "k" + i % 4500).value(value("k" + i % 4500, i / 4500)));
        rig.work.runOnce("demote");
        rig.work.runOnce("flush-0");
        // A few steps of reclaim only, so that it stands in the middle of a page.
        rig.work.runOnce("reclaim");
      }
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        for (int i = 0; i < 4500; i++) {
          byte[] found = next.get("k" + i);
          if (found != null) {
            assertThat(found).as("k" + i).isEqualTo(value("k" + i, i < 1500 ? 1 : 0));
          }
        }
      }
    }
  }

  @Test
  void nothingOfAPageThatFailedIsFound() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.flashDevice().failNextWrite();
      for (int i = 0; i < 500; i++) {
        rig.set("failing-" + i, value("failing-" + i, 1));
      }
      rig.work.advance(Duration.ofMillis(100));
      for (int i = 0; i < 500; i++) {
        rig.delete("failing-" + i);
      }
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        for (int i = 0; i < 500; i++) {
          assertThat(next.get("failing-" + i)).isNull();
        }
        assertThat(next.get("a")).isEqualTo(value("a", 1));
      }
    }
  }

  @Test
  void aRecordThatCouldNotBeReadOnceIsNotFoundLater() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.flashDevice().failNextRead();
      assertThat(rig.get("a")).as("the device refuses").isNull();
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).as("a miss stays one").isNull();
      }
    }
  }

  @Test
  void whatWasFlushedStaysFlushed() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.cache.flushAll(0);
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).isNull();
        next.set("a", value("a", 2));
        assertThat(next.get("a")).as("what is stored later lives").isEqualTo(value("a", 2));
      }
    }
  }

  @Test
  void whatIsStoredAfterAFlushAndAClockThatWasSetBackIsThere() throws IOException {
    try (CacheRig rig = CacheRig.lasting(PAGES)) {
      rig.cache.flushAll(0);
      rig.kill();
      try (CacheRig next = rig.againEarlier(1000)) {
        next.set("a", value("a", 1));
        assertThat(next.get("a")).isEqualTo(value("a", 1));
      }
    }
  }

  @Test
  void aFlushThatComesDueWhileNobodyRunsIsCarriedOut() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.cache.flushAll(rig.clock.unixSeconds() + 60);
      assertThat(rig.get("a")).isNotNull();
      rig.kill();
      rig.clock.advanceNanos(Duration.ofSeconds(100).toNanos());
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).isNull();
      }
    }
  }

  @Test
  void lifeGoesOnWhileNobodyRuns() throws IOException {
    try (CacheRig rig = CacheRig.lasting(PAGES)) {
      rig.set("a", value("a", 1), rig.clock.unixSeconds() + 1000);
      pushOut(rig);
      rig.kill();
      rig.clock.advanceNanos(Duration.ofSeconds(1001).toNanos());
      try (CacheRig next = rig.again()) {
        next.settle();
        assertThat(next.get("a")).isNull();
      }
    }
  }

  @Test
  void pagesThatAFlushMeetsDuringTheRebuildAreGivenUp() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.cache.flushAll(0);
        // Reclaim looks for them before they can be given up, and must look again.
        next.work.runOnce("reclaim");
        next.settle();
        assertThat(next.flash().pages().stream().map(PageSnapshot::state))
            .as("pages with nothing but what was flushed")
            .doesNotContain(PageState.SEALED);
      }
    }
  }

  @Test
  void whatCouldNotBeReadDuringTheRebuildIsNotFoundByTheNext() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.start(new CacheRig.Call(Verb.DELETE, "a"));
        next.flashDevice().failAllReads(true);
        next.settle();
        assertThat(restore(next).lostPageCount()).isPositive();
        next.flashDevice().failAllReads(false);
        next.kill();
        try (CacheRig third = next.again()) {
          third.settle();
          assertThat(third.get("a")).as("deleted when nobody could read it").isNull();
        }
      }
    }
  }

  @Test
  void whatADeviceRefusesDuringTheRebuildIsCounted() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.flashDevice().failNextWrite();
        next.settle();
        assertThat(next.cache.get(EngineCounter.WRITE_ERRORS)).as("directories").isEqualTo(1);
        assertThat(next.flash().devices().getFirst().counts().writeErrors()).isEqualTo(1);
        assertThat(next.cache.get(EngineCounter.PAGE_FAILURES)).isZero();
        assertThat(next.get("a")).as("its page lives on without").isEqualTo(value("a", 1));
        next.kill();
        try (CacheRig third = next.again()) {
          third.flashDevice().failNextRead();
          third.settle();
          assertThat(third.cache.get(EngineCounter.READ_ERRORS)).isEqualTo(1);
          assertThat(third.flash().devices().getFirst().counts().readErrors()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void twoKillsInARow() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.delete("a");
      rig.kill();
      try (CacheRig second = rig.again()) {
        // In the middle of finding what there was.
        second.work.runOnce("restore-0");
        second.work.runOnce("restore-0");
        second.kill();
        try (CacheRig third = second.again()) {
          third.settle();
          assertThat(third.get("a")).isNull();
          assertThat(restore(third).recordCount()).isPositive();
        }
      }
    }
  }

  @Test
  void aChangeBeforeItsOldRecordIsFoundWins() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        assertThat(restore(next).running()).isTrue();
        CacheRig.Call set = next.start(new CacheRig.Call(Verb.STORE, "a").value(value("a", 2)));
        assertThat(set.status).isEqualTo(Status.STORED);
        next.settle();
        assertThat(next.get("a")).isEqualTo(value("a", 2));
        assertThat(restore(next).changedCount()).isEqualTo(1);
        next.delete("a");
        next.kill();
        try (CacheRig third = next.again()) {
          third.settle();
          assertThat(third.get("a")).as("neither the old nor the new one").isNull();
        }
      }
    }
  }

  @Test
  void aDeleteOfWhatIsNotFoundYetHolds() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        CacheRig.Call delete = next.start(new CacheRig.Call(Verb.DELETE, "a"));
        assertThat(delete.status).isEqualTo(Status.NOT_FOUND);
        next.kill();
        try (CacheRig third = next.again()) {
          third.settle();
          assertThat(third.get("a")).isNull();
          assertThat(restore(third).changedCount()).isEqualTo(1);
        }
      }
    }
  }

  /** Starts a set of a key for which there is no room in RAM. */
  private static CacheRig.Call setThatWaits(CacheRig rig, String key) {
    for (int i = 0; rig.session.pendingCount() == 0; i++) {
      String filler = "filler-" + i;
      rig.start(new CacheRig.Call(Verb.STORE, filler).value(value(filler, 2)));
    }
    CacheRig.Call set = rig.start(new CacheRig.Call(Verb.STORE, key).value(value(key, 2)));
    assertThat(set.status).as("it waits for room").isNull();
    return set;
  }

  /** Found by the simulation, seed 324 of the world of crashes. */
  @Test
  void aSetThatWaitsForRoomLeavesWhatIsFoundMeanwhile() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        CacheRig.Call set = setThatWaits(next, "a");
        while (restore(next).running()) {
          next.work.runOnce("restore-0");
        }
        assertThat(set.status).as("it still waits").isNull();
        assertThat(next.get("a")).as("nobody has changed it").isEqualTo(value("a", 1));
        next.settle();
        assertThat(set.status).isEqualTo(Status.STORED);
        assertThat(next.get("a")).isEqualTo(value("a", 2));
      }
    }
  }

  @Test
  void aSetThatNeverFindsRoomLeavesWhatTheNextFinds() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        setThatWaits(next, "a");
        next.kill();
        try (CacheRig third = next.again()) {
          third.settle();
          assertThat(third.get("a")).isEqualTo(value("a", 1));
        }
      }
    }
  }

  @Test
  void anAddThatFindsTheItemLeavesItToTheNext() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        while (restore(next).recordCount() == 0) {
          next.work.runOnce("restore-0");
        }
        String found = "";
        for (int i = 0; found.isEmpty(); i++) {
          if (next.get("filler-" + i) != null) {
            found = "filler-" + i;
          }
        }
        assertThat(next.store(StoreMode.ADD, found, value(found, 2))).isEqualTo(Status.NOT_STORED);
        assertThat(restore(next).running()).isTrue();
        next.kill();
        try (CacheRig third = next.again()) {
          third.settle();
          assertThat(third.get(found)).as("nobody has changed it").isEqualTo(value(found, 1));
        }
      }
    }
  }

  @Test
  void uniquesNeverRepeat() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.set("b", value("b", 1));
      long before = rig.read("b").casSeen;
      rig.kill();
      try (CacheRig next = rig.again()) {
        next.settle();
        next.set("b", value("b", 2));
        assertThat(next.read("b").casSeen).isGreaterThan(before);
        next.kill();
        next.clock.advanceNanos(Duration.ofSeconds(100).toNanos());
        try (CacheRig empty = next.againAfterBoot(new UUID(7, 7), Durability.KILL)) {
          empty.set("b", value("b", 2));
          assertThat(empty.read("b").casSeen)
              .as("though nothing is known of the runs before")
              .isGreaterThan(before);
        }
      }
    }
  }

  @Test
  void aRunThatHasWrittenNothingDoesNotLetVersionsBeginAgain() throws IOException {
    try (CacheRig rig = CacheRig.lasting(PAGES)) {
      rig.kill();
      try (CacheRig next = rig.again()) {
        pushOut(next);
        assertThat(next.flash().pages().stream().map(PageSnapshot::version))
            .as("a page of the store before may have version 1")
            .allMatch(version -> version == 0 || version > 1 << 16)
            .anyMatch(version -> version > 0);
      }
    }
  }

  @Test
  void aRestartOfTheMachineWithoutACleanEndEmptiesTheFlash() throws IOException {
    try (CacheRig rig = withOnFlash("a")) {
      rig.kill();
      try (CacheRig next = rig.againAfterBoot(new UUID(7, 7), Durability.KILL)) {
        next.settle();
        assertThat(next.get("a")).isNull();
        assertThat(next.cache.whyEmpty()).contains("restarted");
        assertThat(next.cache.snapshot().flashItemCount()).isZero();
      }
    }
  }

  @Test
  void aRestartOfTheMachineAfterACleanEndKeepsTheFlash() throws IOException {
    CacheRig rig = withOnFlash("a");
    rig.stop();
    try (CacheRig next = rig.againAfterBoot(new UUID(7, 7), Durability.KILL)) {
      next.settle();
      assertThat(next.get("a")).isEqualTo(value("a", 1));
    }
  }

  /** Found by the simulation of crashes: what had expired before the stop was to live again. */
  @Test
  void aClockThatIsSetBackAfterACleanStopDoesNotTakeTimeBack() throws IOException {
    CacheRig rig = CacheRig.lasting(PAGES);
    rig.settle();
    rig.clock.advanceSeconds(5);
    rig.stop();
    long stoppedSeconds = rig.cache.nowSeconds();
    try (CacheRig next = rig.againEarlier(1000)) {
      assertThat(next.cache.nowSeconds()).isGreaterThanOrEqualTo(stoppedSeconds);
    }
  }

  @Test
  void pagesAreUsedAgainAfterARestart() throws IOException {
    CacheRig rig = withOnFlash("a");
    for (int generation = 0; generation < 3; generation++) {
      rig.kill();
      rig = rig.again();
      for (int i = 0; i < 3 * FILLER_COUNT; i++) {
        assertThat(rig.set("g" + generation + "-" + i, value("g", i))).isEqualTo(Status.STORED);
      }
      rig.settle();
      rig.check();
      assertThat(rig.flash().pages().stream().map(PageSnapshot::state))
          .doesNotContain(PageState.RESTORING);
    }
    rig.close();
  }
}
