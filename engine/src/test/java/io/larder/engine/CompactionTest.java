package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Asked;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages that are mostly dead are compacted, and what nobody reads goes where it is said to go. */
class CompactionTest {
  private static final int KIB = 1024;
  private static final int MANY = 100;

  private final PageStoreRig rig = PageStoreRig.of(12);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private List<Held> fill() {
    return fill(rig);
  }

  private static List<Held> fill(PageStoreRig of) {
    return of.fillPage(Bucket.DEFAULT, KIB, 0);
  }

  private void forgetHalf(List<Held> records) {
    for (int i = 0; i < records.size(); i += 2) {
      rig.owner.forget(records.get(i));
    }
  }

  private void maintain() {
    rig.store.maintain();
    rig.settle();
  }

  private void compactUnder(int pages) {
    rig.limits.compactUnderPages = pages;
    rig.limits.liveShareMax = 0.8;
  }

  // ------------------------------------------------------------------ by fragmentation

  @Test
  void everythingLiveMovesOffAPageThatIsHalfDead() {
    fill();
    List<Held> half = fill();
    forgetHalf(half);
    List<Held> live = rig.owner.heldOn(half.getFirst().pageId());
    long version = half.getFirst().version();
    rig.owner.isWanted = _ -> true;
    compactUnder(MANY);

    maintain();

    assertThat(rig.owner.asked).isNotEmpty().allMatch(asked -> asked.version() == version);
    assertThat(rig.owner.asked).allMatch(asked -> asked.reason() == GiveUpReason.COMPACTED);
    assertThat(live)
        .allSatisfy(record -> {
          Held moved = rig.owner.find(record.keyHash());
          assertThat(moved).isNotNull();
          assertThat(rig.page(moved.pageId()).bucket()).isEqualTo(Bucket.COMPACT);
        });
    assertThat(rig.count(EngineCounter.PAGE_COMPACTIONS)).isEqualTo(1);
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isZero();
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void moreThanHalfAPageMovesWhenItIsCompacted() {
    List<Held> records = fill();
    records.stream().filter(record -> record.keyHash() % 4 == 0).forEach(rig.owner::forget);
    int liveCount = rig.owner.heldOn(records.getFirst().pageId()).size();
    rig.owner.isWanted = _ -> true;
    compactUnder(MANY);

    maintain();

    assertThat(liveCount).isGreaterThan(32);
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isEqualTo(liveCount);
  }

  @Test
  void nothingIsCompactedWhileEnoughPagesAreFree() {
    forgetHalf(fill());
    fill();
    compactUnder(9);

    maintain();

    assertThat(rig.store.snapshot().freePageCount()).isEqualTo(9);
    assertThat(rig.owner.asked).isEmpty();

    compactUnder(10);
    maintain();

    assertThat(rig.count(EngineCounter.PAGE_COMPACTIONS)).isEqualTo(1);
  }

  @Test
  void limitThatIsLeftToTheStoreIsItsLowWater() {
    forgetHalf(fill());
    compactUnder(ReclaimLimits.AUTOMATIC);
    rig.owner.isWanted = _ -> true;
    while (rig.store.snapshot().freePageCount() > rig.store.lowWaterPages()) {
      fill();
    }
    assertThat(rig.owner.asked).isEmpty();

    fill();

    assertThat(rig.owner.asked.getFirst().reason()).isEqualTo(GiveUpReason.COMPACTED);
    assertThat(rig.count(EngineCounter.PAGE_COMPACTIONS)).isEqualTo(1);
  }

  @Test
  void requestedEvictionEvictsAlthoughAnotherPageIsFragmented() {
    List<Held> oldest = fill();
    forgetHalf(fill());
    compactUnder(0);
    rig.limits.liveShareMax = 1;

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.asked)
        .as("whoever asks for it needs addresses back, and compaction gives none")
        .allMatch(asked -> asked.version() == oldest.getFirst().version());
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isEqualTo(1);
  }

  @Test
  void pagesThatLargeRecordsCannotFillAreNotCompactedOverAndOver() {
    // Three of them fit a page, and leave more than a quarter of it empty.
    rig.owner.isWanted = _ -> true;
    compactUnder(MANY);
    rig.limits.liveShareMax = 1;
    for (int i = 0; i < 18; i++) {
      rig.write(Bucket.DEFAULT, 15 * KIB);
      rig.settle();
    }

    maintain();

    assertThat(rig.count(EngineCounter.PAGE_COMPACTIONS)).isZero();
  }

  @Test
  void compactionEndsAndGainsWhatWasDead() {
    rig.owner.isWanted = _ -> true;
    compactUnder(MANY);
    for (int i = 0; i < 7; i++) {
      forgetHalf(fill());
    }
    maintain();

    long inUse = rig.pages(page -> page.state() != PageState.FREE).size();
    assertThat(inUse).as("half of seven, the two that are open, and one begun").isLessThan(8);
    assertThat(rig.pages(page -> page.state() == PageState.SEALED))
        .allMatch(page -> page.liveShare() >= 0.8);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void lastFreePageIsCompactions() {
    try (PageStoreRig few = PageStoreRig.of(4)) {
      few.owner.isWanted = _ -> true;
      few.limits.compactUnderPages = ReclaimLimits.AUTOMATIC;
      few.limits.liveShareMax = 0.8;
      for (int i = 0; i < 40; i++) {
        List<Held> records = fill(few);
        for (int j = 0; j < records.size(); j += 2) {
          if (few.owner.holds(records.get(j))) {
            few.owner.forget(records.get(j));
          }
        }
        few.settle();
      }

      assertThat(few.count(EngineCounter.PAGE_COMPACTIONS)).isPositive();
      assertThat(few.store.snapshot().freePageCount()).isPositive();
      few.everyHeldRecordReadsBack();
    }
  }

  @Test
  void shortLivedRecordsAreNotCompacted() {
    List<Held> records = rig.fillPage(Bucket.LOWTTL, KIB, 0);
    forgetHalf(records);
    compactUnder(MANY);

    maintain();

    assertThat(rig.owner.asked).isEmpty();
  }

  // ------------------------------------------------------------------ limits of each other

  @Test
  void compactLimitSetAloneLeavesTheDropLimitToTheStore() {
    rig.limits.dropUnderPages = ReclaimLimits.AUTOMATIC;
    rig.limits.dropsUnread = true;
    compactUnder(1);
    for (int i = 0; i < 20; i++) {
      fill();
    }

    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isPositive();
    assertThat(rig.owner.livesUnderDropLimit)
        .as("extstore sets its drop limit to 0 then, and drops nothing ever")
        .hasSameSizeAs(rig.owner.asked.stream().map(Asked::version).distinct().toList());
  }

  @Test
  void dropLimitSetAloneIsKeptAndLeavesTheCompactLimitToTheStore() {
    rig.limits.compactUnderPages = ReclaimLimits.AUTOMATIC;
    rig.limits.liveShareMax = 0.8;
    rig.limits.dropUnderPages = 8;
    rig.limits.dropsUnread = true;
    for (int i = 0; i < 4; i++) {
      fill();
    }

    assertThat(rig.store.snapshot().freePageCount())
        .as("extstore overwrites the limit; here the oldest goes as early as it says")
        .isEqualTo(8);
    assertThat(rig.owner.livesUnderDropLimit).hasSize(1);

    rig.limits.dropUnderPages = 0;
    forgetHalf(fill());
    assertThat(rig.count(EngineCounter.PAGE_COMPACTIONS)).as("enough pages are free").isZero();
    while (rig.count(EngineCounter.PAGE_COMPACTIONS) == 0) {
      assertThat(rig.store.snapshot().freePageCount()).isPositive();
      fill();
    }
  }

  @Test
  void oldestIsNotGivenUpEarlyWhereNothingBetterCanBecomeOfIt() {
    rig.limits.dropUnderPages = 8;
    for (int i = 0; i < 6; i++) {
      fill();
    }

    assertThat(rig.owner.asked).isEmpty();
  }

  // ------------------------------------------------------------------ last stops

  /** Moves what was hit to compact and everything else to the last stop, as a cache would. */
  private static PageStoreRig kept(Bucket lastStop, int pageCount) {
    PageStoreRig kept = PageStoreRig.kept(List.of(Bucket.DEFAULT, lastStop), 8, pageCount);
    kept.owner.isWanted = _ -> true;
    kept.owner.rescueTo = lastStop;
    kept.limits.dropUnderPages = ReclaimLimits.AUTOMATIC;
    return kept;
  }

  private static Stream<Asked> askedOn(PageStoreRig kept, int deviceIndex) {
    return kept.owner.asked.stream()
        .filter(asked -> kept.page(asked.pageId()).deviceIndex() == deviceIndex);
  }

  @Test
  void wholeOldestPageMovesToADeviceThatIsKeptForIt() {
    try (PageStoreRig old = kept(Bucket.OLD, 12)) {
      int writtenCount = 0;
      for (int i = 0; i < 12; i++) {
        writtenCount += fill(old).size();
      }

      assertThat(old.count(EngineCounter.PAGE_EVICTIONS)).isGreaterThan(3);
      assertThat(old.owner.held()).as("none is lost").hasSize(writtenCount);
      assertThat(old.pages(page -> page.bucket() == Bucket.OLD && page.liveCount() > 0))
          .isNotEmpty()
          .allMatch(page -> page.deviceIndex() == 1);
      old.everyHeldRecordReadsBack();
    }
  }

  @Test
  void lastStopThatIsFullLosesItsOldestPageBeforeMoreIsMovedToIt() {
    for (Bucket lastStop : List.of(Bucket.OLD, Bucket.COLDCOMPACT)) {
      try (PageStoreRig full = kept(lastStop, 4)) {
        for (int i = 0; i < 40; i++) {
          fill(full);
        }

        assertThat(askedOn(full, 1)).as("pages of the last stop itself are given up").isNotEmpty();
        assertThat(full.pages(page -> page.bucket() == lastStop && page.state() != PageState.FREE))
            .as("it never takes room of the others")
            .allMatch(page -> page.deviceIndex() == 1);
        full.everyHeldRecordReadsBack();
      }
    }
  }

  @Test
  void withTheDropLimitAtNothingLastStopsStayEmpty() {
    try (PageStoreRig old = kept(Bucket.OLD, 4)) {
      old.limits.dropUnderPages = 0;
      for (int i = 0; i < 12; i++) {
        fill(old);
      }

      assertThat(old.owner.livesUnderDropLimit).isEmpty();
    }
  }
}
