package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.PageStoreRig.Reading;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.Reservation;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device that fails costs what was on the page it failed at, and nothing else. */
class DeviceFailureTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(16);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  /** Has the next flush of a page of this bucket refused; returns what was on the page. */
  private List<Held> refuseAFlush(Bucket bucket) {
    List<Held> written = rig.writeWhileThereIsRoom(bucket, KIB);
    rig.device().failNextWrite();
    rig.settle();
    return written;
  }

  // ------------------------------------------------------------------ refused writes

  @Test
  void refusedFlushLosesTheRecordsOfItsPageAndOfNoOther() {
    List<Held> sealed = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Held ofAnotherBucket = rig.write(Bucket.COMPACT, KIB);

    List<Held> lost = refuseAFlush(Bucket.DEFAULT);

    assertThat(lost).hasSizeGreaterThan(20).noneMatch(rig.owner::holds);
    assertThat(sealed).allMatch(rig.owner::holds);
    assertThat(rig.owner.holds(ofAnotherBucket)).isTrue();
    rig.everyHeldRecordReadsBack();
    assertThat(rig.count(EngineCounter.WRITE_ERRORS)).isEqualTo(1);
    assertThat(rig.count(EngineCounter.PAGE_FAILURES)).isEqualTo(1);
    assertThat(rig.store.snapshot().devices().getFirst().counts().writeErrors()).isEqualTo(1);
  }

  @Test
  void everyRecordOfAFailedPageIsAskedAboutAndNoneMayBeRescued() {
    rig.owner.isWanted = _ -> true;

    List<Held> lost = refuseAFlush(Bucket.DEFAULT);

    assertThat(rig.owner.asked)
        .hasSize(lost.size())
        .allMatch(asked -> asked.reason() == GiveUpReason.FAILED);
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isZero();
    assertThat(rig.owner.unread).isEmpty();
  }

  @Test
  void failedPageIsUsedAgainInAnotherLife() {
    Held lost = refuseAFlush(Bucket.DEFAULT).getFirst();
    assertThat(rig.page(lost.pageId()).state()).isEqualTo(PageState.FREE);

    Held next = rig.write(Bucket.DEFAULT, KIB);

    assertThat(next.pageId()).isEqualTo(lost.pageId());
    assertThat(next.version()).isGreaterThan(lost.version());
    assertThat(rig.read(next)).isEqualTo(next.bytes());
  }

  @Test
  void failedPageRefusesLeasesUntilItIsSwept() {
    Held lost = rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB).getLast();
    rig.device().failNextWrite();
    rig.work.runOnce("flush-0");

    assertThat(rig.page(lost.pageId()).state()).isEqualTo(PageState.FAILED);
    assertThat(rig.startReading(lost)).isNull();
    assertThat(rig.store.isAlive(lost.pageId(), lost.version(), -1)).isFalse();
  }

  @Test
  void recordReservedBeforeTheFailureAndCommittedAfterItIsNowhere() {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.work.runOnce("flush-0");
    Reservation slow = new Reservation();
    assertThat(rig.store.reserve(Bucket.DEFAULT, KIB, 99, slow)).isEqualTo(ReserveOutcome.RESERVED);
    rig.device().failNextWrite();
    rig.work.runOnce("flush-0");

    assertThat(rig.commit(slow, KIB, 99, 0)).isNull();
    rig.settle();

    assertThat(rig.owner.held()).isEmpty();
    assertThat(rig.pages(page -> page.state() == PageState.FREE)).hasSize(16);
  }

  @Test
  void failedPageIsNotUsedAgainUnderAReservationThatIsStillOpen() {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.work.runOnce("flush-0");
    Reservation slow = new Reservation();
    rig.store.reserve(Bucket.DEFAULT, KIB, 99, slow);
    rig.device().failNextWrite();
    rig.settle();

    // Another life may have begun by now; what is written to the old buffer must not reach it.
    Held next = rig.write(Bucket.DEFAULT, KIB);
    assertThat(rig.commit(slow, KIB, 99, 0)).as("record of the failed life").isNull();
    rig.settle();
    assertThat(rig.read(next)).isEqualTo(next.bytes());
  }

  @Test
  void refusedDirectoryFailsThePageLikeAnyOtherWrite() {
    Held record = rig.write(Bucket.DEFAULT, KIB);
    rig.store.finish();
    rig.device().failWrite(2);
    rig.settle();

    assertThat(rig.owner.holds(record)).isFalse();
    assertThat(rig.owner.asked).hasSize(1);
    assertThat(rig.count(EngineCounter.PAGE_FAILURES)).isEqualTo(1);
  }

  @Test
  void tornWriteIsARefusedWrite() {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.device().tearWrite(1, 5000);
    rig.settle();

    assertThat(rig.owner.held()).isEmpty();
    assertThat(rig.count(EngineCounter.PAGE_FAILURES)).isEqualTo(1);
  }

  @Test
  void readerOfAFailedPageEndsItsReadBeforeThePageIsUsedAgain() {
    List<Held> written = rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.work.runOnce("flush-0");
    Held flushed = written.getFirst();
    Reading reading = Objects.requireNonNull(rig.startReading(flushed));
    rig.device().failNextWrite();
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.settle();
    assertThat(rig.page(flushed.pageId()).state()).isEqualTo(PageState.CLOSING);

    rig.reads.completeNext();
    assertThat(reading.bytes(KIB)).isEqualTo(flushed.bytes());
    reading.finish();

    assertThat(rig.page(flushed.pageId()).state()).isEqualTo(PageState.FREE);
  }

  /** Fails one write after the other, each in a run of its own. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void whicheverWriteIsRefusedTheRestGoesOn(int n) {
    rig.device().failWrite(n);
    rig.owner.isWanted = record -> record.keyHash() % 5 == 0;
    Random random = new Random(n);
    for (int i = 0; i < 400; i++) {
      Bucket bucket = random.nextInt(4) == 0 ? Bucket.LOWTTL : Bucket.DEFAULT;
      if (rig.tryWrite(bucket, 1 + random.nextInt(4 * KIB), 0) == null) {
        rig.work.runOne();
      }
    }
    rig.settle();

    assertThat(rig.count(EngineCounter.PAGE_FAILURES)).isEqualTo(1);
    assertThat(rig.owner.held()).hasSizeGreaterThan(100);
    rig.everyHeldRecordReadsBack();
  }

  // ------------------------------------------------------------------ out of service

  private void refuseWrites(int count) {
    for (int i = 0; i < count; i++) {
      refuseAFlush(Bucket.DEFAULT);
    }
  }

  private boolean isOutOfService() {
    return rig.store.snapshot().devices().getFirst().outOfService();
  }

  @Test
  void deviceThatRefusesFiveWritesInARowGetsNoMore() {
    refuseWrites(4);
    assertThat(isOutOfService()).isFalse();

    refuseWrites(1);

    assertThat(isOutOfService()).isTrue();
    assertThat(rig.store.reserve(Bucket.DEFAULT, KIB, 1, new Reservation()))
        .isEqualTo(ReserveOutcome.OUT_OF_SERVICE);
    assertThat(rig.store.snapshot().freePageCount()).isZero();
  }

  @Test
  void oneWriteThatSucceedsStartsTheCountAgain() {
    refuseWrites(4);
    rig.fillPage(Bucket.DEFAULT, KIB, 0);
    refuseWrites(4);

    assertThat(isOutOfService()).isFalse();
    assertThat(rig.store.snapshot().devices().getFirst().counts().writeErrors()).isEqualTo(8);
  }

  @Test
  void whatIsOnADeviceThatTakesNoMoreWritesCanStillBeRead() {
    List<Held> sealed = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.device().failAllWrites(true);
    refuseWrites(5);
    assertThat(isOutOfService()).isTrue();

    assertThat(sealed).allMatch(rig.owner::holds);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void fullDeviceIsTakenOutOfServiceLikeABrokenOne() {
    rig.device().full(true);
    for (int i = 0; i < 5; i++) {
      rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
      rig.settle();
    }

    assertThat(isOutOfService()).isTrue();
    assertThat(rig.owner.held()).isEmpty();
  }

  // ------------------------------------------------------------------ refused reads

  @Test
  void refusedReadGivesBackBufferAndLeaseAndCountsByDevice() {
    Held record = rig.fillPage(Bucket.DEFAULT, KIB, 0).getFirst();

    Reading reading = Objects.requireNonNull(rig.startReading(record));
    rig.reads.failNext();

    assertThat(reading.outcome).isEqualTo(ReadOutcome.FAILED);
    assertThat(reading.dataLength()).isZero();
    reading.finish();
    assertThat(rig.count(EngineCounter.READ_ERRORS)).isEqualTo(1);
    assertThat(rig.count(EngineCounter.DEVICE_READS)).isZero();
    assertThat(rig.store.snapshot().devices().getFirst().counts().readErrors()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 512, 1023})
  void shortReadIsAFailedOne(int bytes) {
    Held record = rig.fillPage(Bucket.DEFAULT, KIB, 0).getFirst();

    Reading reading = Objects.requireNonNull(rig.startReading(record));
    rig.reads.completeShort(0, bytes);

    assertThat(reading.outcome).isEqualTo(ReadOutcome.FAILED);
    reading.finish();
    assertThat(rig.count(EngineCounter.READ_ERRORS)).isEqualTo(1);
  }

  @Test
  void failedReadTakesNothingOutOfServiceAndTheNextOneSucceeds() {
    Held record = rig.fillPage(Bucket.DEFAULT, KIB, 0).getFirst();
    rig.device().failAllReads(true);
    for (int i = 0; i < 20; i++) {
      assertThat(rig.read(record)).isNull();
    }
    rig.device().failAllReads(false);

    assertThat(rig.read(record)).isEqualTo(record.bytes());
    assertThat(isOutOfService()).isFalse();
  }
}
