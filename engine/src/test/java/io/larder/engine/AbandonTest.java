package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.RecordingOwner.Asked;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.layout.DirectoryLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.DirectWrite.Outcome;
import io.larder.engine.write.Reservation;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.testkit.MemoryDevice.Kind;
import io.larder.testkit.MemoryDevice.Operation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Room that was taken and is not wanted after all. */
class AbandonTest {
  private static final int KIB = 1024;
  private static final long KEY_HASH = 99;

  private final PageStoreRig rig = PageStoreRig.of(8);
  private final Reservation reservation = new Reservation();
  private final AlignedBuffer largeMemory = AlignedBuffer.allocateOwn(24 * KIB);
  private final DirectWrite large = new DirectWrite();

  @AfterEach
  void close() {
    rig.close();
    large.close();
    largeMemory.free();
  }

  private void reserve(int lengthBytes) {
    assertThat(rig.store.reserve(Bucket.DEFAULT, lengthBytes, KEY_HASH, reservation))
        .isEqualTo(ReserveOutcome.RESERVED);
  }

  private void fillRoom(int value, int bytes) {
    reservation.memory().asSlice(reservation.memoryOffset(), bytes).fill((byte) value);
  }

  private void reserveLarge() {
    largeMemory.memory().fill((byte) 1);
    large.from(largeMemory.memory(), 20 * KIB + 100);
    assertThat(rig.store.reserveDirect(Bucket.DEFAULT, KEY_HASH, large))
        .isEqualTo(ReserveOutcome.RESERVED);
  }

  private void seal() {
    rig.store.finish();
    rig.settle();
  }

  @Test
  void roomThatIsAbandonedCountsNowhereAndItsBufferIsFlushed() {
    Held before = rig.write(Bucket.DEFAULT, KIB);
    reserve(KIB);
    Held after = rig.write(Bucket.DEFAULT, KIB);
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    long written = rig.count(EngineCounter.RECORDS_WRITTEN);
    rig.settle();
    assertThat(rig.device().operations(Kind.WRITE)).as("the reservation holds it up").isEmpty();

    rig.store.abandon(reservation, 0);
    rig.settle();

    assertThat(rig.device().operations(Kind.WRITE)).isNotEmpty();
    assertThat(rig.count(EngineCounter.RECORDS_WRITTEN)).isEqualTo(written);
    assertThat(rig.page(before.pageId()).liveCount()).isEqualTo((int) written);
    assertThat(rig.read(before)).isEqualTo(before.bytes());
    assertThat(rig.read(after)).isEqualTo(after.bytes());
  }

  @Test
  void nothingOfWhatWasBegunStaysButTheFillerItsOwnerLeaves() {
    Held before = rig.write(Bucket.DEFAULT, KIB);
    reserve(1000);
    fillRoom(7, 1000);
    rig.store.abandon(reservation, 40);
    Held after = rig.write(Bucket.DEFAULT, KIB);
    seal();

    long room = (long) before.pageId() * PageStoreRig.PAGE_BYTES + rig.offsetOf(before) + KIB;
    assertThat(rig.device().bytes(room, 40)).containsOnly(7);
    assertThat(rig.device().bytes(room + 40, KIB - 40)).containsOnly(0);
    assertThat(rig.offsetOf(after)).isEqualTo(rig.offsetOf(before) + 2 * KIB);
  }

  @Test
  void ownerIsNotAskedAboutRoomThatWasAbandonedBeforeOrAfterItsPageWasSealed() {
    Held held = rig.write(Bucket.DEFAULT, KIB);
    reserve(KIB);
    rig.store.abandon(reservation, 0);
    reserve(KIB);
    rig.store.finish();
    rig.settle();
    assertThat(rig.page(held.pageId()).state()).isEqualTo(PageState.OPEN);
    rig.store.abandon(reservation, 0);
    rig.settle();
    assertThat(rig.page(held.pageId()).state()).isEqualTo(PageState.SEALED);

    rig.store.requestEvictionOfSealed();
    rig.settle();

    assertThat(rig.owner.asked).extracting(Asked::keyHash).containsExactly(held.keyHash());
    assertThat(rig.owner.unread).as("pages whose directory was damaged").isEmpty();
  }

  @Test
  void entryOfAbandonedRoomIsVoidOnTheDevice() {
    rig.write(Bucket.DEFAULT, KIB);
    reserve(KIB);
    int offsetUnits = reservation.offsetUnits();
    int pageId = reservation.pageId();
    rig.store.abandon(reservation, 0);
    seal();

    long directory = (pageId + 1L) * PageStoreRig.PAGE_BYTES - 4096;
    MemorySegment second =
        MemorySegment.ofArray(
            rig.device()
                .bytes(directory + DirectoryLayout.ENTRY_BYTES, DirectoryLayout.ENTRY_BYTES));
    assertThat(DirectoryLayout.keyHash(second, 0)).isZero();
    assertThat(DirectoryLayout.offsetUnits(second, 0)).isEqualTo(offsetUnits);
    assertThat(DirectoryLayout.lengthUnits(second, 0)).isZero();
  }

  @Test
  void roomOnAPageThatHasFailedIsAbandonedWithoutTouchingWhatReclaimSweeps() {
    Held lost = rig.write(Bucket.DEFAULT, KIB);
    rig.store.finish();
    rig.settle();
    rig.write(Bucket.DEFAULT, 8 * KIB);
    rig.write(Bucket.DEFAULT, 8 * KIB);
    reserve(KIB);
    rig.device().failNextWrite();
    rig.settle();
    assertThat(rig.count(EngineCounter.PAGE_FAILURES)).isEqualTo(1);

    rig.store.abandon(reservation, 0);
    rig.settle();

    assertThat(rig.owner.asked).hasSize(3);
    assertThat(rig.read(lost)).as("of a page sealed before").isEqualTo(lost.bytes());
    rig.write(Bucket.DEFAULT, KIB);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void pageOfAbandonedRoomAloneIsEmptyAndComesBack() {
    reserve(KIB);
    int pageId = reservation.pageId();
    rig.store.abandon(reservation, 0);
    seal();
    assertThat(rig.page(pageId).recordCount()).isZero();

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.page(pageId).state()).isEqualTo(PageState.FREE);
    assertThat(rig.owner.asked).isEmpty();
  }

  @Test
  void reservationEndsOnceAndItsFillerFitsItsRoom() {
    reserve(KIB);
    assertThatThrownBy(() -> rig.store.abandon(reservation, KIB + 1))
        .isInstanceOf(IllegalArgumentException.class);
    rig.store.abandon(reservation, KIB);

    assertThatThrownBy(() -> rig.store.abandon(reservation, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> rig.store.commit(reservation, KIB, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void ofALargeRecordThatIsAbandonedOnlyItsFillerIsWritten() {
    Held before = rig.write(Bucket.DEFAULT, KIB);
    reserveLarge();
    int pageId = large.pageId();
    int start = large.offsetUnits() * rig.store.geometry().unitBytes();
    Held after = rig.write(Bucket.DEFAULT, KIB);
    large.firstBlock().asSlice(0, 40).fill((byte) 9);

    rig.store.abandonDirect(large, 40);
    largeMemory.memory().fill((byte) 2);
    seal();

    assertThat(large.outcome()).isEqualTo(Outcome.ABANDONED);
    long room = (long) pageId * PageStoreRig.PAGE_BYTES + start;
    assertThat(rig.device().operations(Kind.WRITE))
        .extracting(Operation::offsetBytes)
        .contains(room)
        .doesNotContain(room + 4096);
    assertThat(rig.device().bytes(room, 40)).containsOnly(9);
    assertThat(rig.device().bytes(room + 40, 4096 - 40)).containsOnly(0);
    assertThat(rig.page(pageId).liveCount()).isEqualTo(2);
    for (Held held : List.of(before, after)) {
      assertThat(rig.read(held)).isEqualTo(held.bytes());
    }
    rig.store.requestEvictionOfSealed();
    rig.settle();
    assertThat(rig.owner.asked)
        .extracting(Asked::keyHash)
        .containsExactly(before.keyHash(), after.keyHash());
  }

  @Test
  void largeRecordThatWasAbandonedMayBeReservedAgainButNotEndedTwice() {
    reserveLarge();
    rig.store.abandonDirect(large, 0);
    assertThatThrownBy(() -> rig.store.commitDirect(large, 1, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> rig.store.abandonDirect(large, 0))
        .isInstanceOf(IllegalStateException.class);
    rig.settle();

    reserveLarge();
    rig.store.commitDirect(large, KIB, 0);
    rig.settle();

    assertThat(large.outcome()).isEqualTo(Outcome.WRITTEN);
    rig.store.forgetIfAlive(large.pageId(), large.offsetUnits(), large.pageVersion(), -1, KIB);
  }
}
