package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.PageStoreRig.Reading;
import io.larder.engine.RecordingOwner.Asked;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.testkit.MemoryDevice.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages are given up ahead of need, in the right order, and nobody is left pointing at them. */
class ReclaimTest {
  private static final int KIB = 1024;
  private static final long VERSION_BITS = -1L;

  private final PageStoreRig rig = PageStoreRig.of(8);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  /** Fills a page with records that end at {@code expirySeconds}; returns its id. */
  private int fill(long expirySeconds) {
    Bucket bucket = expirySeconds == 0 ? Bucket.DEFAULT : Bucket.LOWTTL;
    return rig.fillPage(bucket, 4 * KIB, expirySeconds).getFirst().pageId();
  }

  private void forgetAllOn(int pageId) {
    rig.owner.heldOn(pageId).forEach(rig.owner::forget);
  }

  private Set<Integer> pagesAsked() {
    Set<Integer> pages = new HashSet<>();
    rig.owner.asked.forEach(asked -> pages.add(asked.pageId()));
    return pages;
  }

  // ------------------------------------------------------------------ which and when

  @Test
  void nothingIsGivenUpWhileEnoughPagesAreFree() {
    for (int i = 0; i < 5; i++) {
      fill(0);
    }

    assertThat(rig.store.snapshot().freePageCount()).isEqualTo(2);
    assertThat(rig.owner.asked).isEmpty();
  }

  @Test
  void oldestPageIsGivenUpBeforeTheLastPagesAreTaken() {
    int oldest = fill(0);
    for (int i = 0; i < 5; i++) {
      fill(0);
    }

    assertThat(pagesAsked()).containsExactly(oldest);
    assertThat(rig.owner.asked).allMatch(asked -> asked.reason() == GiveUpReason.EVICTED);
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isEqualTo(1);
    assertThat(rig.store.snapshot().freePageCount()).isEqualTo(2);
  }

  @Test
  void oldestIsByTheLifeAndNotByThePlace() {
    for (int i = 0; i < 20; i++) {
      long oldest =
          rig.pages(page -> page.state() == PageState.SEALED).stream()
              .mapToLong(page -> page.version())
              .min()
              .orElse(0);
      rig.owner.asked.clear();
      fill(0);
      assertThat(rig.owner.asked).allMatch(asked -> asked.version() == oldest);
    }
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isEqualTo(15);
  }

  @Test
  void emptyPageGoesFirstAndIsNotEvenRead() {
    fill(0);
    fill(rig.clock.unixSeconds() + 10);
    int empty = fill(0);
    forgetAllOn(empty);
    rig.clock.advanceSeconds(10);
    rig.device().clearOperations();

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.page(empty).state()).isEqualTo(PageState.FREE);
    assertThat(rig.owner.asked).isEmpty();
    assertThat(rig.device().operations(Kind.READ)).isEmpty();
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isZero();
    assertThat(rig.count(EngineCounter.PAGE_RECLAIMS)).isEqualTo(1);
  }

  @Test
  void expiredPageGoesBeforeTheOldest() {
    fill(0);
    int expired = fill(rig.clock.unixSeconds() + 10);
    fill(0);
    rig.clock.advanceSeconds(10);

    rig.store.requestEviction();
    rig.settle();

    assertThat(pagesAsked()).containsExactly(expired);
    assertThat(rig.owner.asked).allMatch(asked -> asked.reason() == GiveUpReason.EXPIRED);
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isZero();
  }

  @Test
  void pageIsNotExpiredBeforeItsLastRecordIs() {
    int oldest = fill(0);
    fill(rig.clock.unixSeconds() + 10);
    rig.clock.advanceSeconds(9);

    rig.store.requestEviction();
    rig.settle();

    assertThat(pagesAsked()).containsExactly(oldest);
  }

  @Test
  void recordsOfAnExpiredPageAreNeitherReadNorRescued() {
    fill(rig.clock.unixSeconds() + 10);
    rig.clock.advanceSeconds(10);
    rig.owner.isWanted = _ -> true;
    rig.device().clearOperations();

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.device().operations(Kind.READ)).as("trailer, then directory").hasSize(2);
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isZero();
  }

  @Test
  void openPagesAreNotDoomed() {
    Held open = rig.write(Bucket.DEFAULT, KIB);

    rig.store.requestEvictionOfSealed();
    rig.settle();

    assertThat(rig.owner.holds(open)).isTrue();
    assertThat(rig.page(open.pageId()).state()).isEqualTo(PageState.OPEN);
  }

  @Test
  void requestedEvictionLeavesOpenPagesAloneWhereOneIsSealed() {
    int sealed = fill(0);
    Held open = rig.write(Bucket.DEFAULT, KIB);

    rig.store.requestEviction();
    rig.settle();

    assertThat(pagesAsked()).containsExactly(sealed);
    assertThat(rig.owner.holds(open)).isTrue();
    assertThat(rig.page(open.pageId()).state()).isEqualTo(PageState.OPEN);
  }

  @Test
  void requestedEvictionSealsOpenPagesWhereNoneIsAndGivesTheOldestUp() {
    Held older = rig.write(Bucket.DEFAULT, KIB);
    Held younger = rig.write(Bucket.LOWTTL, KIB);

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.holds(older)).isFalse();
    assertThat(rig.owner.holds(younger)).isTrue();
    assertThat(rig.page(younger.pageId()).state()).isEqualTo(PageState.SEALED);
  }

  @Test
  void requestedEvictionGivesUpOnePageAlthoughOthersAreFree() {
    int oldest = fill(0);
    fill(0);

    rig.store.requestEviction();
    rig.store.requestEviction();
    rig.settle();

    assertThat(pagesAsked()).containsExactly(oldest);
    assertThat(rig.store.snapshot().freePageCount()).isEqualTo(6);
  }

  @Test
  void requestThatFoundNothingToGiveUpIsNotRememberedForLater() {
    rig.store.requestEviction();
    rig.settle();

    fill(0);

    assertThat(rig.owner.asked).isEmpty();
  }

  @Test
  void doomedPagesAreAllGivenUpAlthoughOthersAreFreeAndNothingOnThemIsRescued() {
    fill(0);
    int empty = fill(0);
    forgetAllOn(empty);
    fill(0);
    rig.owner.isWanted = _ -> true;

    rig.store.requestEvictionOfSealed();
    rig.settle();

    assertThat(rig.owner.held()).isEmpty();
    assertThat(rig.owner.asked).allMatch(asked -> asked.reason() == GiveUpReason.EXPIRED);
    assertThat(pagesAsked()).hasSize(2).doesNotContain(empty);
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isZero();
    assertThat(rig.pages(page -> page.state() == PageState.SEALED)).isEmpty();
  }

  @Test
  void pageSealedAfterTheRequestIsNotDoomed() {
    Held before = rig.write(Bucket.DEFAULT, KIB);
    rig.store.requestEvictionOfSealed();
    rig.store.finish();
    rig.settle();

    assertThat(rig.owner.holds(before)).isTrue();
  }

  // ------------------------------------------------------------------ the sweep

  @Test
  void everyRecordIsAskedAboutOnceEvenThoseForgottenLongAgo() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 100, 0);
    for (int i = 0; i < records.size(); i += 2) {
      rig.owner.forget(records.get(i));
    }

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.asked.stream().map(Asked::keyHash))
        .isEqualTo(records.stream().map(Held::keyHash).toList());
  }

  @Test
  void pageThatIsBeingSweptIsReadButNoAddressKeptElsewhereFindsItAlive() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 100, 0);
    Held last = records.getLast();
    rig.store.requestEviction();
    rig.work.runOnce("reclaim");
    rig.work.runOnce("reclaim");
    assertThat(rig.owner.holds(records.getFirst())).as("the sweep is under way").isFalse();

    assertThat(rig.owner.holds(last)).isTrue();
    assertThat(rig.read(last)).isEqualTo(last.bytes());
    assertThat(rig.store.isAlive(last.pageId(), last.version(), VERSION_BITS)).isFalse();
    int liveBefore = rig.page(last.pageId()).liveCount();
    rig.store.forgetIfAlive(
        last.pageId(), last.offsetUnits(), last.version(), VERSION_BITS, last.countedBytes());
    assertThat(rig.page(last.pageId()).liveCount()).isEqualTo(liveBefore);
  }

  @Test
  void sweepIsInPiecesSoThatOtherWorkGoesOn() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 64, 0);
    rig.store.requestEviction();
    int calls = 0;
    while (rig.owner.asked.size() < records.size()) {
      int before = rig.owner.asked.size();
      rig.work.runOnce("reclaim");
      assertThat(rig.owner.asked.size() - before).isLessThanOrEqualTo(256);
      calls++;
    }
    assertThat(calls).isGreaterThan(records.size() / 256);
  }

  // ------------------------------------------------------------------ rescue

  @Test
  void wantedRecordsMoveToACompactPageAndReadBack() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Set<Long> wanted = Set.of(records.get(3).keyHash(), records.get(30).keyHash());
    rig.owner.isWanted = record -> wanted.contains(record.keyHash());

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.held())
        .extracting(Held::keyHash)
        .containsExactlyElementsOf(
            rig.owner.held().stream().map(Held::keyHash).filter(wanted::contains).toList());
    assertThat(rig.owner.held()).hasSize(2);
    for (Held moved : rig.owner.held()) {
      assertThat(rig.page(moved.pageId()).bucket()).isEqualTo(Bucket.COMPACT);
      assertThat(rig.read(moved)).isEqualTo(moved.bytes());
    }
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isEqualTo(2);
    assertThat(rig.count(EngineCounter.BYTES_RESCUED)).isEqualTo(2 * KIB);
  }

  @Test
  void sweepDeliversTheBytesOfRecordsWhereverTheyStand() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 700, 0);
    rig.owner.isWanted = record -> record.keyHash() % 3 == 0;

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.sweptBytes).hasSizeGreaterThan(10);
    for (Held record : records) {
      byte[] swept = rig.owner.sweptBytes.get(record.keyHash());
      if (swept != null) {
        assertThat(swept).isEqualTo(record.bytes());
      }
    }
  }

  @Test
  void sweepDeliversTheBytesOfALargeRecordBehindASmallOne() {
    int bufferBytes = 2 << 20;
    try (PageStoreRig large = PageStoreRig.of(2 * bufferBytes, bufferBytes, 5, 32 << 20)) {
      large.write(Bucket.DEFAULT, 100);
      // It ends inside the piece that is read for the small one, but needs a larger piece itself.
      Held behind = large.write(Bucket.DEFAULT, (1 << 20) - 5000);
      large.store.finish();
      large.settle();
      large.owner.isWanted = _ -> true;

      large.store.requestEviction();
      large.settle();

      assertThat(Arrays.equals(large.owner.sweptBytes.get(behind.keyHash()), behind.bytes()))
          .as("the bytes of the large record")
          .isTrue();
      large.everyHeldRecordReadsBack();
    }
  }

  @Test
  void noMoreThanHalfAPageIsRescued() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.owner.isWanted = _ -> true;

    rig.store.requestEviction();
    rig.settle();

    assertThat(records).hasSizeGreaterThan(32);
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isEqualTo(32);
    assertThat(rig.owner.held()).hasSize(32);
  }

  @Test
  void reclaimEndsAlthoughEverythingIsWanted() {
    rig.owner.isWanted = _ -> true;
    for (int i = 0; i < 40; i++) {
      fill(0);
    }

    rig.everyHeldRecordReadsBack();
    assertThat(rig.store.snapshot().freePageCount()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void rescueWaitsForAFlushAndLosesNothingByIt() {
    rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.owner.isWanted = _ -> true;
    rig.store.requestEviction();
    for (int i = 0; i < 5; i++) {
      rig.work.runOnce("reclaim");
    }
    assertThat(rig.owner.waitCount).as("both buffers are out").isPositive();
    int askedBefore = rig.owner.asked.size();

    rig.work.runOnce("flush-0");
    rig.work.advance(Duration.ofMillis(10));

    assertThat(rig.owner.asked.size()).isGreaterThan(askedBefore);
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isEqualTo(32);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void recordWhoseBytesCannotBeReadIsLeftAndTheOthersAreRescued() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.owner.isWanted = record -> record.keyHash() % 4 == 0;
    rig.store.requestEviction();
    rig.work.runOnce("reclaim");
    rig.device().failNextRead();
    rig.settle();

    assertThat(rig.count(EngineCounter.READ_ERRORS)).isEqualTo(1);
    assertThat(rig.owner.sweptBytes).hasSizeLessThan(records.size() / 4 + 1).isNotEmpty();
    rig.everyHeldRecordReadsBack();
  }

  // ------------------------------------------------------------------ leases

  @Test
  void pageIsNotWrittenAgainBeforeItsLastReaderHasLeft() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Held read = records.get(5);
    List<Reading> readings = new ArrayList<>();
    readings.add(Objects.requireNonNull(rig.startReading(read)));
    readings.add(Objects.requireNonNull(rig.startReading(read)));
    rig.store.requestEviction();
    rig.settle();
    assertThat(rig.page(read.pageId()).state()).isEqualTo(PageState.CLOSING);
    assertThat(rig.startReading(read)).as("lets nobody in").isNull();
    for (int i = 0; i < 4; i++) {
      assertThat(fill(0)).isNotEqualTo(read.pageId());
    }

    for (Reading reading : readings) {
      assertThat(rig.page(read.pageId()).state()).isEqualTo(PageState.CLOSING);
      rig.reads.completeNext();
      assertThat(reading.bytes(KIB)).isEqualTo(read.bytes());
      reading.finish();
    }

    assertThat(rig.page(read.pageId()).state()).isEqualTo(PageState.FREE);
  }

  @Test
  void closingPagesAreCountedUponSoThatNoMoreAreGivenUpThanNeeded() {
    int oldest = fill(0);
    Held read = rig.owner.heldOn(oldest).getFirst();
    Reading reading = Objects.requireNonNull(rig.startReading(read));
    for (int i = 0; i < 5; i++) {
      fill(0);
    }
    rig.work.advance(Duration.ofMillis(100));

    assertThat(pagesAsked()).containsExactly(oldest);
    assertThat(rig.page(oldest).state()).isEqualTo(PageState.CLOSING);
    rig.reads.completeAll();
    reading.finish();
    assertThat(rig.page(oldest).state()).isEqualTo(PageState.FREE);
  }

  @Test
  void readerThatStaysLongDoesNotStopReclaim() {
    int oldest = fill(0);
    Held read = rig.owner.heldOn(oldest).getFirst();
    Reading reading = Objects.requireNonNull(rig.startReading(read));

    for (int i = 0; i < 20; i++) {
      assertThat(fill(0)).isNotEqualTo(oldest);
      rig.work.advance(Duration.ofSeconds(1));
    }

    assertThat(rig.page(oldest).state()).isEqualTo(PageState.CLOSING);
    rig.reads.completeAll();
    assertThat(reading.bytes(4 * KIB)).isEqualTo(read.bytes());
    reading.finish();
  }

  @Test
  void progressGrowsWithEveryFlushAndEveryPageThatIsFree() {
    int first = fill(0);
    long before = rig.store.progress();
    rig.store.requestEviction();
    rig.settle();
    assertThat(rig.page(first).state()).isEqualTo(PageState.FREE);
    assertThat(rig.store.progress()).isEqualTo(before + 1);

    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    assertThat(rig.store.progress()).isEqualTo(before + 1);
    rig.work.runOnce("flush-0");
    assertThat(rig.store.progress()).isEqualTo(before + 2);
  }
}
