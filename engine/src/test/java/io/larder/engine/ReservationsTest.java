package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.DirectWrite.Outcome;
import io.larder.engine.write.Reservation;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a reservation says, in the hand of its writer and when there is no room for one. */
class ReservationsTest {
  private static final int KIB = 1024;
  private static final int LARGE_BYTES = 10_000;

  private final PageStoreRig rig = PageStoreRig.of(4);
  private final Arena arena = Arena.ofConfined();
  private final DirectWrite large = new DirectWrite();
  private final AlignedBuffer memory = AlignedBuffer.allocate(arena, 12 * KIB);

  ReservationsTest() {
    for (int i = 0; i < LARGE_BYTES; i++) {
      memory.memory().set(ValueLayout.JAVA_BYTE, i, (byte) (i / 100));
    }
    large.from(memory.memory(), LARGE_BYTES);
  }

  @AfterEach
  void close() {
    rig.close();
    large.close();
    arena.close();
  }

  private ReserveOutcome reserveLarge(Bucket bucket) {
    return rig.store.reserveDirect(bucket, 7, large);
  }

  /** The record counts in its page no more, so that the store adds up at the end. */
  private void commitLarge() {
    rig.store.commitDirect(large, LARGE_BYTES, 0);
    rig.store.forgetIfAlive(
        large.pageId(), large.offsetUnits(), large.pageVersion(), -1, LARGE_BYTES);
  }

  @Test
  void withoutAFreePageTheAnswerSaysSo() {
    List<Held> records = new ArrayList<>();
    for (Bucket bucket : List.of(Bucket.COMPACT, Bucket.COLDCOMPACT, Bucket.OLD)) {
      records.add(rig.write(bucket, KIB));
    }

    assertThat(reserveLarge(Bucket.DEFAULT)).isEqualTo(ReserveOutcome.NO_PAGE);
    assertThat(rig.store.reserve(Bucket.LOWTTL, KIB, 7, new Reservation()))
        .isEqualTo(ReserveOutcome.NO_PAGE);
    assertThat(large.outcome()).isEqualTo(Outcome.NONE);
    assertThat(records).allMatch(one -> rig.page(one.pageId()).state() == PageState.OPEN);
  }

  @Test
  void whoFindsNoPageWakesReclaim() {
    for (Bucket bucket : List.of(Bucket.COMPACT, Bucket.COLDCOMPACT, Bucket.OLD)) {
      rig.write(bucket, KIB);
    }
    rig.settle();
    assertThat(rig.work.dueNames()).isEmpty();

    reserveLarge(Bucket.DEFAULT);
    assertThat(rig.work.dueNames()).containsExactly("reclaim");

    rig.settle();
    rig.store.reserve(Bucket.DEFAULT, KIB, 7, new Reservation());
    assertThat(rig.work.dueNames()).containsExactly("reclaim");
  }

  @Test
  void whoFindsRoomWakesNobody() {
    rig.write(Bucket.DEFAULT, KIB);
    rig.settle();

    rig.write(Bucket.DEFAULT, KIB);

    assertThat(rig.work.dueNames()).doesNotContain("reclaim");
  }

  @Test
  void withoutADeviceThatTakesWritesALargeRecordHasNoRoomEither() {
    rig.device().failAllWrites(true);
    for (int i = 0; i < DeviceHealth.REFUSED_IN_A_ROW_MAX; i++) {
      rig.write(Bucket.DEFAULT, KIB);
      rig.store.finish();
      rig.settle();
    }

    assertThat(reserveLarge(Bucket.DEFAULT)).isEqualTo(ReserveOutcome.OUT_OF_SERVICE);
  }

  @Test
  void withoutABufferForTheHeaderOfItsPageALargeRecordWaits() {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.writeWhileThereIsRoom(Bucket.COMPACT, KIB);
    rig.write(Bucket.COLDCOMPACT, KIB);

    assertThat(reserveLarge(Bucket.OLD)).isEqualTo(ReserveOutcome.NO_BUFFER);
    assertThat(large.outcome()).isEqualTo(Outcome.NONE);
    rig.settle();
    assertThat(reserveLarge(Bucket.OLD)).isEqualTo(ReserveOutcome.RESERVED);
    commitLarge();
  }

  @Test
  void checksumsAreMadeOfTheRecordAndNotOfItsPadding() {
    Reservation reservation = new Reservation();
    rig.write(Bucket.DEFAULT, KIB);
    assertThat(rig.store.reserve(Bucket.DEFAULT, 100, 7, reservation))
        .isEqualTo(ReserveOutcome.RESERVED);
    for (int i = 0; i < 100; i++) {
      reservation
          .memory()
          .set(ValueLayout.JAVA_BYTE, (long) reservation.memoryOffset() + i, (byte) i);
    }

    byte[] rest = new byte[reservation.recordFrom(40).remaining()];
    reservation.recordFrom(40).get(rest);

    assertThat(rest).hasSize(60).startsWith(40, 41).endsWith(98, 99);
    rig.store.commit(reservation, 100, 0);
    rig.store.forget(reservation.pageId(), reservation.offsetUnits(), 100);
  }

  @Test
  void headOfALargeRecordIsItsOwnersToChangeUntilItCommits() {
    assertThat(reserveLarge(Bucket.DEFAULT)).isEqualTo(ReserveOutcome.RESERVED);
    assertThat(large.firstBlock().toArray(ValueLayout.JAVA_BYTE)).startsWith(0, 0).endsWith(40, 40);
    large.firstBlock().set(ValueLayout.JAVA_BYTE, 0, (byte) 99);
    commitLarge();
    rig.settle();

    assertThat(large.outcome()).isEqualTo(Outcome.WRITTEN);
    int unitBytes = rig.store.geometry().unitBytes();
    byte[] onDevice =
        rig.device()
            .bytes(
                rig.store.page(large.pageId()).deviceOffsetBytes()
                    + (long) large.offsetUnits() * unitBytes,
                LARGE_BYTES);
    assertThat(onDevice).startsWith(99, 0).endsWith(99, 99);
    assertThat(onDevice[4096]).isEqualTo((byte) 40);
    assertThat(memory.memory().get(ValueLayout.JAVA_BYTE, 0)).as("its owner's own").isZero();
  }

  @Test
  void partsOfALargeRecordAreAllOfItAndNoPadding() {
    reserveLarge(Bucket.DEFAULT);

    assertThat(large.firstBlockFrom(96).remaining()).isEqualTo(4000);
    assertThat(large.firstBlockFrom(200).get(0)).isEqualTo((byte) 2);
    assertThat(large.rest().remaining()).isEqualTo(LARGE_BYTES - 4096);
    assertThat(large.rest().get(LARGE_BYTES - 4096 - 1)).isEqualTo((byte) 99);
    commitLarge();
  }

  @Test
  void largeRecordsCountAsWrittenInWholeBlocks() {
    rig.write(Bucket.DEFAULT, KIB);
    reserveLarge(Bucket.DEFAULT);
    rig.settle();
    long before = rig.count(EngineCounter.DEVICE_BYTES_WRITTEN);
    commitLarge();
    rig.settle();

    assertThat(rig.count(EngineCounter.DEVICE_BYTES_WRITTEN) - before).isEqualTo(12 * KIB);
    assertThat(rig.count(EngineCounter.RECORDS_WRITTEN)).isEqualTo(2);
    assertThat(rig.count(EngineCounter.RECORD_BYTES_WRITTEN)).isEqualTo(KIB + 10_048);
  }

  @Test
  void clockThatHasRunForLongMeasuresTheSame() {
    rig.clock.advance(Duration.ofDays(1));
    rig.write(Bucket.DEFAULT, KIB);
    rig.store.finish();
    rig.settle();

    assertThat(rig.count(EngineCounter.DEVICE_WRITES)).isPositive();
    assertThat(rig.count(EngineCounter.DEVICE_WRITE_NANOS)).as("it stands still").isZero();
  }

  @Test
  void readersAreWaitedForHoweverLongTheClockHasRun() {
    rig.clock.advance(Duration.ofDays(1));
    List<Held> oldest = rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    PageStoreRig.Reading reading = Objects.requireNonNull(rig.startReading(oldest.getFirst()));
    rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    rig.settle();
    rig.work.advance(Duration.ofMillis(50));

    assertThat(rig.page(oldest.getFirst().pageId()).state()).isEqualTo(PageState.CLOSING);
    assertThat(rig.owner.asked)
        .allMatch(asked -> asked.pageId() == oldest.getFirst().pageId())
        .isNotEmpty();
    rig.reads.completeAll();
    reading.finish();
  }
}
