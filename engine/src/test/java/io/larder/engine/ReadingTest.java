package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.PageStoreRig.Reading;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.page.Page;
import io.larder.engine.stats.EngineCounter;
import io.larder.testkit.MemoryDevice.Kind;
import io.larder.testkit.MemoryDevice.Operation;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From a lease to bytes in memory. */
class ReadingTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(16);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private Reading start(Held record, int lengthBytes) {
    Page page = rig.store.page(record.pageId());
    assertThat(page.lease()).isTrue();
    Reading reading = new Reading(rig);
    reading.start(page, rig.offsetOf(record), lengthBytes, rig.store.geometry(), rig.reads);
    return reading;
  }

  private List<Operation> deviceReads() {
    return rig.device().operations(Kind.READ);
  }

  @Test
  void readIsRoundedOutToTheBlocksOfTheDevice() {
    Held record = rig.fillPage(Bucket.DEFAULT, 700, 0).get(3);
    int offset = rig.offsetOf(record);
    assertThat(offset % 512).as("not at a block").isNotZero();

    assertThat(rig.read(record)).isEqualTo(record.bytes());

    Operation read = deviceReads().getLast();
    assertThat(read.offsetBytes()).isEqualTo(offset / 512 * 512L);
    assertThat(read.offsetBytes() + read.lengthBytes())
        .isEqualTo((offset + 700 + 511) / 512 * 512L);
  }

  @Test
  void readOfMoreThanTheRecordGivesWhatStandsBehindIt() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);

    Reading reading = start(records.get(4), 2 * KIB);
    rig.reads.completeNext();

    byte[] both = reading.bytes(2 * KIB);
    assertThat(reading.dataLength()).isGreaterThanOrEqualTo(2 * KIB);
    assertThat(both).startsWith(records.get(4).bytes()).endsWith(records.get(5).bytes());
    reading.finish();
  }

  @Test
  void oneReadFillsSeveralPiecesOfMemoryAndNeverMoreThanItHas() {
    Held onDevice = rig.fillPage(Bucket.DEFAULT, 700, 0).get(3);
    Held inBuffer = rig.write(Bucket.DEFAULT, 700);
    for (Held record : List.of(onDevice, inBuffer)) {
      byte[] first = new byte[1];
      byte[] second = new byte[500];
      byte[] third = new byte[199];
      Reading reading = start(record, 700);
      while (reading.outcome == null) {
        rig.reads.completeNext();
      }

      int copied =
          reading.copyTo(
              List.of(
                  MemorySegment.ofArray(first),
                  MemorySegment.ofArray(second),
                  MemorySegment.ofArray(third)));

      assertThat(copied).isEqualTo(700);
      byte[] bytes = record.bytes();
      assertThat(first).isEqualTo(Arrays.copyOfRange(bytes, 0, 1));
      assertThat(second).isEqualTo(Arrays.copyOfRange(bytes, 1, 501));
      assertThat(third).isEqualTo(Arrays.copyOfRange(bytes, 501, 700));
      byte[] large = new byte[1 << 20];
      assertThat(reading.copyTo(List.of(MemorySegment.ofArray(large))))
          .as("no byte beyond what was read")
          .isEqualTo(reading.dataLength());
      assertThat(reading.copyTo(List.of())).isZero();
      reading.finish();
    }
  }

  @Test
  void readThatFailedFillsNothing() {
    Held record = rig.fillPage(Bucket.DEFAULT, 700, 0).getFirst();
    rig.device().failAllReads(true);
    Reading reading = start(record, 700);
    rig.reads.completeNext();
    byte[] target = new byte[700];

    assertThat(reading.copyTo(List.of(MemorySegment.ofArray(target)))).isZero();

    assertThat(target).containsOnly(0);
    reading.finish();
  }

  @Test
  void readPastTheEndOfThePageEndsThere() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Held last = records.getLast();
    int toTheEnd = PageStoreRig.PAGE_BYTES - rig.offsetOf(last);

    Reading reading = start(last, 1 << 20);
    rig.reads.completeNext();

    assertThat(reading.dataLength()).isEqualTo(toTheEnd);
    assertThat(reading.bytes(KIB)).isEqualTo(last.bytes());
    reading.finish();
    Operation read = deviceReads().getLast();
    assertThat((read.offsetBytes() + read.lengthBytes()) % PageStoreRig.PAGE_BYTES).isZero();
  }

  @Test
  void readOfUnflushedBytesPastTheEndOfTheirBufferEndsThere() {
    Held record = rig.write(Bucket.DEFAULT, KIB);

    Reading reading = start(record, 1 << 20);

    assertThat(reading.dataLength()).isEqualTo(PageStoreRig.BUFFER_BYTES - rig.offsetOf(record));
    assertThat(reading.bytes(KIB)).isEqualTo(record.bytes());
    reading.finish();
  }

  @Test
  void everyReadHoldsItsOwnBufferUntilItIsFinished() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Reading first = start(records.get(0), KIB);
    Reading second = start(records.get(1), 5 * KIB);
    assertThat(rig.store.lentReadBytes()).isEqualTo(4096 + 8192);

    rig.reads.completeLast();
    second.finish();
    assertThat(rig.store.lentReadBytes()).isEqualTo(4096);
    rig.reads.completeLast();
    assertThat(first.bytes(KIB)).isEqualTo(records.get(0).bytes());
    first.finish();
    assertThat(rig.store.lentReadBytes()).isZero();
  }

  @Test
  void flushDuringAReadFromABufferLeavesTheReadersBytesAlone() {
    Held record = rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB).getFirst();
    Reading reading = start(record, KIB);
    assertThat(reading.outcome).as("at once").isNotNull();

    rig.settle();
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);

    assertThat(reading.bytes(KIB)).isEqualTo(record.bytes());
    reading.finish();
  }

  @Test
  void readMayStartAgainWhenItIsFinished() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Reading reading = start(records.get(0), KIB);
    rig.reads.completeNext();
    reading.finish();
    reading.outcome = null;

    Page page = rig.store.page(records.get(7).pageId());
    assertThat(page.lease()).isTrue();
    reading.start(page, rig.offsetOf(records.get(7)), KIB, rig.store.geometry(), rig.reads);
    rig.reads.completeNext();

    assertThat(reading.bytes(KIB)).isEqualTo(records.get(7).bytes());
    reading.finish();
  }

  @Test
  void readThatHasNotBeenStartedHasNoPageAndNoData() {
    Reading reading = new Reading(rig);

    assertThatThrownBy(reading::page).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(reading::data).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(reading::finish).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void readIsAnsweredWhileAWriteToTheSameDeviceIsOnItsWay() throws InterruptedException {
    Held onDevice = rig.fillPage(Bucket.DEFAULT, KIB, 0).getFirst();
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.device().holdWrites();
    Thread flushing = new Thread(() -> rig.work.runOnce("flush-0"));
    flushing.start();
    while (rig.device().heldWriteCount() == 0) {
      Thread.onSpinWait();
    }

    assertThat(rig.read(onDevice)).isEqualTo(onDevice.bytes());

    rig.device().releaseWrites();
    flushing.join();
  }

  @Test
  void readsAreCountedByWhereTheyCameFrom() {
    List<Held> sealed = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    Held unflushed = rig.write(Bucket.COMPACT, KIB);
    rig.read(sealed.get(0));
    rig.read(sealed.get(20));
    Objects.requireNonNull(rig.read(unflushed));

    assertThat(rig.count(EngineCounter.DEVICE_READS)).isEqualTo(2);
    assertThat(rig.count(EngineCounter.DEVICE_BYTES_READ)).isEqualTo(2 * KIB);
    assertThat(rig.count(EngineCounter.BUFFER_READS)).isEqualTo(1);
  }
}
