package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.write.Reservation;
import io.larder.testkit.MemoryDevice.Kind;
import io.larder.testkit.MemoryDevice.Operation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a reservation to bytes on the device. */
class WritingTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(16);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private List<Operation> writes() {
    return rig.device().operations(Kind.WRITE);
  }

  // ------------------------------------------------------------------ two buffers

  @Test
  void nothingIsWrittenBeforeABufferIsFull() {
    for (int i = 0; i < 12; i++) {
      rig.write(Bucket.DEFAULT, KIB);
    }
    rig.settle();

    assertThat(writes()).isEmpty();
  }

  @Test
  void oneBufferFillsWhileTheOtherWaitsToBeFlushed() {
    List<Held> written = rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);

    assertThat(written).as("4 KiB of the first buffer are the header").hasSize(12 + 16);
    assertThat(writes()).isEmpty();
  }

  @Test
  void withBothBuffersOutThereIsNoneUntilAFlush() {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    Reservation reservation = new Reservation();
    assertThat(rig.store.reserve(Bucket.DEFAULT, KIB, 1, reservation))
        .isEqualTo(ReserveOutcome.NO_BUFFER);

    rig.work.runOnce("flush-0");

    assertThat(rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB)).hasSize(16);
  }

  @Test
  void bucketsShareTheBuffers() {
    for (Bucket bucket : List.of(Bucket.values()).subList(0, PageStoreRig.BUFFER_COUNT)) {
      rig.write(bucket, KIB);
    }

    assertThat(rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB))
        .as("five are filling, so nobody has a second one")
        .hasSize(11);
    rig.settle();
    assertThat(rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB)).isNotEmpty();
  }

  @Test
  void bucketThatFindsEveryBufferIdleAndHalfFullHasTheOldestFlushedShort() {
    try (PageStoreRig scarce = PageStoreRig.of(64 * KIB, 16 * KIB, 4, 16 * 64 * KIB)) {
      Held oldest = scarce.write(Bucket.COMPACT, KIB);
      scarce.write(Bucket.DEFAULT, KIB);
      scarce.write(Bucket.LOWTTL, KIB);
      scarce.write(Bucket.COLDCOMPACT, KIB);
      assertThat(scarce.tryWrite(Bucket.OLD, KIB, 0)).as("no buffer yet").isNull();

      scarce.settle();

      scarce.write(Bucket.OLD, KIB);
      assertThat(scarce.device().operations(Kind.WRITE))
          .as("the header and one block of the bucket that has waited longest")
          .extracting(Operation::offsetBytes, Operation::lengthBytes)
          .containsExactly(tuple((long) oldest.pageId() * PageStoreRig.PAGE_BYTES, 2 * 4096));
      assertThat(scarce.page(oldest.pageId()).state()).isEqualTo(PageState.OPEN);
      scarce.everyHeldRecordReadsBack();
    }
  }

  @Test
  void moreBucketsThanBuffersAllGetOn() {
    try (PageStoreRig scarce = PageStoreRig.of(64 * KIB, 16 * KIB, 4, 16 * 64 * KIB)) {
      for (int i = 0; i < 40; i++) {
        Bucket bucket = Bucket.values()[i % Bucket.values().length];
        if (scarce.tryWrite(bucket, 3 * KIB, 0) == null) {
          scarce.settle();
          assertThat(scarce.tryWrite(bucket, 3 * KIB, 0)).as(bucket + ", " + i).isNotNull();
        }
      }
      scarce.everyHeldRecordReadsBack();
    }
  }

  @Test
  void noBufferIsFlushedShortWhileAnotherIsOnItsWay() {
    try (PageStoreRig scarce = PageStoreRig.of(64 * KIB, 16 * KIB, 4, 16 * 64 * KIB)) {
      scarce.write(Bucket.COMPACT, KIB);
      scarce.write(Bucket.LOWTTL, KIB);
      scarce.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
      assertThat(scarce.tryWrite(Bucket.OLD, KIB, 0)).isNull();

      scarce.settle();

      assertThat(scarce.device().operations(Kind.WRITE))
          .as("the two full ones, and nothing else")
          .extracting(Operation::lengthBytes)
          .containsExactly(16 * KIB, 16 * KIB);
    }
  }

  @Test
  void bufferIsNotFlushedBeforeItsLastReservationIsCommitted() {
    Reservation slow = new Reservation();
    rig.store.reserve(Bucket.DEFAULT, KIB, 99, slow);
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.settle();
    assertThat(writes()).isEmpty();

    Held late = rig.commit(slow, KIB, 99, 0);
    rig.settle();

    assertThat(writes()).as("it, and the full one behind it").hasSize(2);
    assertThat(late).isNotNull();
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void storeIsNotQuietWhileAWriteIsOnItsWay() throws InterruptedException {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.device().holdWrites();
    Thread flushing = new Thread(() -> rig.work.runOnce("flush-0"));
    flushing.start();
    while (rig.device().heldWriteCount() == 0) {
      Thread.onSpinWait();
    }

    assertThat(rig.store.isQuiet()).isFalse();
    rig.device().releaseWrites();
    flushing.join();
    rig.settle();
    assertThat(rig.store.isQuiet()).isTrue();
  }

  @Test
  void reservationIsCommittedOnce() {
    Reservation reservation = new Reservation();
    rig.store.reserve(Bucket.DEFAULT, KIB, 99, reservation);
    rig.commit(reservation, KIB, 99, 0);

    assertThatThrownBy(() -> reservation.memory())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing is reserved");
  }

  // ------------------------------------------------------------------ reading what was written

  @Test
  void unflushedRecordsAreReadFromTheirBuffersWithoutTheDevice() {
    List<Held> inBoth = rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);

    for (Held record : inBoth) {
      assertThat(rig.read(record)).isEqualTo(record.bytes());
    }
    assertThat(rig.reads.submittedCount()).isZero();
    assertThat(rig.device().operations()).isEmpty();
  }

  @Test
  void flushedRecordsAreReadFromTheDeviceAndTheOthersFromTheirBuffer() {
    List<Held> inBoth = rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.work.runOnce("flush-0");

    for (Held record : inBoth) {
      assertThat(rig.read(record)).isEqualTo(record.bytes());
    }
    assertThat(rig.reads.submittedCount()).as("of the first buffer").isEqualTo(12);
  }

  @Test
  void recordsOfAllLengthsReadBackWhereverTheyAre() {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 16 * KIB : 2 * KIB);
      while (rig.tryWrite(Bucket.DEFAULT, length, 0) == null) {
        rig.work.runOne();
      }
    }

    rig.everyHeldRecordReadsBack();
    rig.settle();
    rig.everyHeldRecordReadsBack();
  }

  // ------------------------------------------------------------------ where records stand

  @Test
  void noRecordCrossesABuffer() {
    Random random = new Random(6);
    while (rig.owner.held().size() < 150) {
      if (rig.tryWrite(Bucket.DEFAULT, 1 + random.nextInt(6 * KIB), 0) == null) {
        rig.work.runOne();
      }
    }
    rig.store.finish();
    rig.settle();

    for (Held record : rig.owner.held()) {
      long start = (long) record.pageId() * PageStoreRig.PAGE_BYTES + rig.offsetOf(record);
      long end = start + record.lengthBytes();
      assertThat(writes())
          .as(record.toString())
          .anyMatch(write ->
              write.offsetBytes() <= start && end <= write.offsetBytes() + write.lengthBytes());
    }
  }

  @Test
  void writesFollowEachOtherThroughThePageAndAreWholeBlocks() {
    Random random = new Random(7);
    while (rig.pages(page -> page.state() == PageState.SEALED).size() < 3) {
      if (rig.tryWrite(Bucket.DEFAULT, 1 + random.nextInt(9 * KIB), 0) == null) {
        rig.work.runOne();
      }
    }

    long end = 0;
    for (Operation write : writes()) {
      assertThat(write.lengthBytes() % 4096).isZero();
      long inPage = write.offsetBytes() % PageStoreRig.PAGE_BYTES;
      boolean isDirectory =
          (write.offsetBytes() + write.lengthBytes()) % PageStoreRig.PAGE_BYTES == 0;
      if (isDirectory) {
        assertThat(write.offsetBytes()).as("directory").isGreaterThanOrEqualTo(end);
      } else if (inPage != 0) {
        assertThat(write.offsetBytes()).as("records").isEqualTo(end);
      }
      end = write.offsetBytes() + write.lengthBytes();
    }
  }

  @Test
  void recordsStartAtUnitsAndTheirPaddingIsZero() {
    List<Held> first = rig.fillPage(Bucket.DEFAULT, 1000, 0);
    List<Held> second = rig.fillPage(Bucket.DEFAULT, 900, 0);
    assertThat(second).as("in buffers that held other bytes before").isNotEmpty();

    for (Held record : List.of(first.getLast(), second.get(1), second.getLast())) {
      long start = (long) record.pageId() * PageStoreRig.PAGE_BYTES + rig.offsetOf(record);
      assertThat(start % 64).isZero();
      int padded = rig.store.geometry().padded(record.lengthBytes());
      byte[] stored = rig.device().bytes(start, padded);
      assertThat(stored).startsWith(record.bytes());
      for (int i = record.lengthBytes(); i < padded; i++) {
        assertThat(stored[i]).isZero();
      }
    }
  }

  // ------------------------------------------------------------------ a full page

  @ParameterizedTest
  @ValueSource(ints = {64, 100, 128, 640, 1024, 1100, 4000, 4096, 8192, 12288, 16384})
  void pageIsFullWhenARecordAndItsEntryNoLongerFit(int lengthBytes) {
    int count = rig.fillPage(Bucket.DEFAULT, lengthBytes, 0).size();

    assertThat(count).isEqualTo(expectedRecordCount(lengthBytes));
  }

  /** Lays records out by the rules: header, buffers, blocks, directory. */
  private static int expectedRecordCount(int lengthBytes) {
    int padded = (lengthBytes + 63) / 64 * 64;
    int bufferStart = 0;
    int at = 4096;
    int count = 0;
    while (true) {
      int start = at;
      if (start + padded > bufferStart + PageStoreRig.BUFFER_BYTES) {
        start = (at + 4095) / 4096 * 4096;
      }
      int directory = ((count + 1) * 16 + 64 + 4095) / 4096 * 4096;
      if ((start + padded + 4095) / 4096 * 4096 + directory > PageStoreRig.PAGE_BYTES) {
        return count;
      }
      if (start + padded > bufferStart + PageStoreRig.BUFFER_BYTES) {
        bufferStart = start;
      }
      at = start + padded;
      count++;
    }
  }

  @Test
  void largestRecordFitsAndALargerOneIsAnsweredAsTooLarge() {
    int most = rig.store.bufferedRecordBytesMax();
    assertThat(most).isEqualTo(PageStoreRig.BUFFER_BYTES);
    Held largest = rig.write(Bucket.DEFAULT, most);

    assertThat(rig.read(largest)).isEqualTo(largest.bytes());
    for (int length : new int[] {most + 1, 2 * most, Integer.MAX_VALUE}) {
      assertThat(rig.store.reserve(Bucket.DEFAULT, length, 1, new Reservation()))
          .as(length + " bytes")
          .isEqualTo(ReserveOutcome.TOO_LARGE);
    }
  }

  @Test
  void recordThatIsTooLargeCostsNoPageNoBufferAndNoWriteHoweverOftenItIsTried() {
    try (PageStoreRig tight = PageStoreRig.of(16 * KIB, 16 * KIB, 5, 128 * KIB)) {
      int most = tight.store.bufferedRecordBytesMax();
      assertThat(most).isEqualTo(8 * KIB);
      Held largest = tight.write(Bucket.DEFAULT, most);
      assertThat(tight.read(largest)).isEqualTo(largest.bytes());

      for (int i = 0; i < 60; i++) {
        assertThat(tight.store.reserve(Bucket.DEFAULT, most + 1, 1, new Reservation()))
            .as("fits a buffer, and no page")
            .isEqualTo(ReserveOutcome.TOO_LARGE);
        tight.settle();
      }
      assertThat(tight.device().operations(Kind.WRITE)).isEmpty();
      assertThat(tight.store.snapshot().memory().writeBufferCount()).isEqualTo(1);
      assertThat(tight.pages(page -> page.state() == PageState.FREE)).hasSize(7);
    }
  }

  // ------------------------------------------------------------------ pages of buckets

  @Test
  void everyBucketFillsAPageOfItsOwnAndTheHeaderNamesIt() {
    Set<Integer> pageIds = new HashSet<>();
    rig.clock.advanceSeconds(17);
    for (Bucket bucket : Bucket.values()) {
      Held record = rig.write(bucket, KIB);
      assertThat(pageIds.add(record.pageId())).isTrue();
      assertThat(rig.page(record.pageId()).bucket()).isEqualTo(bucket);
      // Its buffer is for the next one.
      rig.store.finish();
      rig.settle();
    }
    rig.store.finish();
    rig.settle();

    for (Held record : rig.owner.held()) {
      MemorySegment header =
          MemorySegment.ofArray(
              rig.device().bytes((long) record.pageId() * PageStoreRig.PAGE_BYTES, 4096));
      assertThat(HeaderLayout.isHeader(header, 0)).isTrue();
      assertThat(HeaderLayout.site(header, 0)).isEqualTo(new PageSite(1, record.pageId()));
      assertThat(HeaderLayout.version(header, 0)).isEqualTo(record.version());
      assertThat(HeaderLayout.openedAtSeconds(header, 0)).isEqualTo(rig.clock.unixSeconds());
      assertThat(HeaderLayout.bucket(header, 0))
          .isEqualTo(rig.page(record.pageId()).bucket().number());
    }
  }

  @Test
  void noVersionIsEverUsedAgain() {
    Set<Long> versions = new HashSet<>();
    List<Integer> pageIds = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      List<Held> page = rig.fillPage(Bucket.DEFAULT, 8 * KIB, 0);
      assertThat(versions.add(page.getFirst().version())).isTrue();
      pageIds.add(page.getFirst().pageId());
      page.stream().filter(rig.owner::holds).forEach(rig.owner::forget);
    }
    assertThat(new HashSet<>(pageIds)).as("pages live again and again").hasSizeLessThan(17);
    assertThat(versions).doesNotContain(0L);
  }

  @Test
  void lastFreePageIsKeptForCompaction() {
    // No background work: nothing is flushed or given up, so pages run out.
    try (PageStoreRig small = PageStoreRig.of(6)) {
      assertThat(small.tryWrite(Bucket.COLDCOMPACT, KIB, 0)).isNotNull();
      assertThat(small.tryWrite(Bucket.OLD, KIB, 0)).isNotNull();
      assertThat(small.tryWrite(Bucket.DEFAULT, KIB, 0)).isNotNull();
      small.store.finish();
      assertThat(small.tryWrite(Bucket.DEFAULT, KIB, 0)).isNotNull();
      small.store.finish();
      assertThat(small.tryWrite(Bucket.LOWTTL, KIB, 0)).isNotNull();
      small.store.finish();

      Reservation reservation = new Reservation();
      assertThat(small.store.reserve(Bucket.DEFAULT, KIB, 1, reservation))
          .isEqualTo(ReserveOutcome.NO_PAGE);
      assertThat(small.store.reserve(Bucket.LOWTTL, KIB, 1, reservation))
          .isEqualTo(ReserveOutcome.NO_PAGE);
      small.work.runOnce("flush-0");
      assertThat(small.tryWrite(Bucket.COMPACT, KIB, 0)).isNotNull();
      assertThat(small.pages(page -> page.state() == PageState.FREE)).isEmpty();
    }
  }

  @Test
  void writerThatFoundNoPageFindsOneAfterTheReclaimItHasAskedFor() {
    try (PageStoreRig small = PageStoreRig.of(6)) {
      while (small.tryWrite(Bucket.DEFAULT, 8 * KIB, 0) != null
          || small.store.reserve(Bucket.DEFAULT, 8 * KIB, 1, new Reservation())
              == ReserveOutcome.NO_BUFFER) {
        small.work.runOnce("flush-0");
      }
      assertThat(small.pages(page -> page.state() == PageState.FREE)).hasSize(1);

      small.settle();

      assertThat(small.tryWrite(Bucket.DEFAULT, 8 * KIB, 0)).isNotNull();
    }
  }

  // ------------------------------------------------------------------ finish

  @Test
  void finishWritesEverythingAndSealsTheOpenPages() {
    rig.write(Bucket.DEFAULT, KIB);
    rig.write(Bucket.COMPACT, KIB);

    rig.store.finish();
    assertThat(rig.store.isQuiet()).isFalse();
    rig.settle();

    assertThat(rig.store.isQuiet()).isTrue();
    assertThat(rig.pages(page -> page.state() == PageState.SEALED)).hasSize(2);
    assertThat(rig.pages(page -> page.state() == PageState.OPEN)).isEmpty();
    rig.everyHeldRecordReadsBack();
    assertThat(rig.reads.submittedCount()).isEqualTo(2);
  }

  @Test
  void finishOfAFinishedStoreWritesNothing() {
    rig.write(Bucket.DEFAULT, KIB);
    rig.store.finish();
    rig.settle();
    int writeCount = writes().size();

    rig.store.finish();
    rig.settle();

    assertThat(writes()).hasSize(writeCount);
  }

  @Test
  void writingGoesOnInAnotherPageAfterAFinish() {
    Held before = rig.write(Bucket.DEFAULT, KIB);
    rig.store.finish();
    rig.settle();

    Held after = rig.write(Bucket.DEFAULT, KIB);

    assertThat(after.pageId()).isNotEqualTo(before.pageId());
    assertThat(after.version()).isGreaterThan(before.version());
  }
}
