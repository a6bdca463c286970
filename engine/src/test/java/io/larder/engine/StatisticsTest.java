package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.PageStoreRig.Reading;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.stats.DeviceCounts;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.stats.LatencySnapshot;
import io.larder.testkit.MemoryDevice.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a store counts of itself. */
class StatisticsTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(8);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  @Test
  void freshStoreHasCountedNothing() {
    for (EngineCounter counter : EngineCounter.values()) {
      assertThat(rig.count(counter)).as(counter.name()).isZero();
    }
  }

  @Test
  void recordsAreCountedWithTheirPadding() {
    rig.write(Bucket.DEFAULT, 100);
    rig.write(Bucket.COMPACT, 64);

    assertThat(rig.count(EngineCounter.RECORDS_WRITTEN)).isEqualTo(2);
    assertThat(rig.count(EngineCounter.RECORD_BYTES_WRITTEN)).isEqualTo(128 + 64);
  }

  @Test
  void everythingWrittenToTheDeviceIsCounted() {
    for (int i = 0; i < 3; i++) {
      rig.fillPage(Bucket.DEFAULT, 700, 0);
    }
    rig.store.finish();
    rig.settle();

    long bytes =
        rig.device().operations(Kind.WRITE).stream().mapToLong(one -> one.lengthBytes()).sum();
    assertThat(rig.count(EngineCounter.DEVICE_BYTES_WRITTEN)).isEqualTo(bytes);
    assertThat(rig.count(EngineCounter.DEVICE_WRITES))
        .isEqualTo(rig.device().operations(Kind.WRITE).size());
  }

  @Test
  void writeAmplificationIsWhatDevicesWroteForEachByteThatCameFromOutside() {
    assertThat(rig.store.snapshot().writeAmplification()).isZero();
    rig.write(Bucket.DEFAULT, 1000);
    rig.write(Bucket.DEFAULT, 3000);
    rig.store.finish();
    rig.settle();

    assertThat(rig.count(EngineCounter.DEVICE_BYTES_WRITTEN))
        .as("the header, a block of records, and the directory")
        .isEqualTo(4096 + 4096 + 4096);
    assertThat(rig.store.snapshot().writeAmplification()).isEqualTo(12288.0 / 4000);
  }

  @Test
  void rescuesAddToWriteAmplificationAndNotToWhatCameFromOutside() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    rig.owner.isWanted = records.getFirst()::equals;
    rig.store.requestEviction();
    rig.settle();
    rig.store.finish();
    rig.settle();
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isEqualTo(1);

    long given = (records.size() + 1L) * 4 * KIB;
    assertThat(rig.store.snapshot().writeAmplification())
        .isEqualTo((double) rig.count(EngineCounter.DEVICE_BYTES_WRITTEN) / given)
        .isGreaterThan(1);
  }

  @Test
  void pagesAreCountedWhenTheyAreTakenAndWhenTheyComeBack() {
    rig.write(Bucket.DEFAULT, KIB);
    rig.write(Bucket.LOWTTL, KIB);
    assertThat(rig.count(EngineCounter.PAGE_ALLOCS)).isEqualTo(2);
    assertThat(rig.count(EngineCounter.PAGE_RECLAIMS)).isZero();

    for (int i = 0; i < 20; i++) {
      rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    }

    long notFree = 8L - rig.store.snapshot().freePageCount();
    assertThat(rig.count(EngineCounter.PAGE_ALLOCS))
        .isEqualTo(rig.count(EngineCounter.PAGE_RECLAIMS) + notFree);
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS))
        .isEqualTo(rig.count(EngineCounter.PAGE_RECLAIMS));
  }

  @Test
  void timeOfWritesIsMeasuredByTheClock() {
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.settle();

    assertThat(rig.count(EngineCounter.DEVICE_WRITES)).isPositive();
    assertThat(rig.count(EngineCounter.DEVICE_WRITE_NANOS)).as("it stands still").isZero();
  }

  @Test
  void resetStartsEveryCounterAtZero() {
    rig.fillPage(Bucket.DEFAULT, KIB, 0);

    rig.store.stats().reset();

    for (EngineCounter counter : EngineCounter.values()) {
      assertThat(rig.count(counter)).as(counter.name()).isZero();
    }
  }

  @Test
  void resetAlsoForgetsWhatTheDevicesWereAsked() {
    rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.everyHeldRecordReadsBack();
    assertThat(counts().writes()).isPositive();
    assertThat(counts().reads()).isPositive();

    rig.store.resetCounters();

    LatencySnapshot none = new LatencySnapshot(0, 0, 0, 0);
    assertThat(counts()).isEqualTo(new DeviceCounts(0, 0, 0, 0, 0, 0, 0, none, none));
    assertThat(rig.count(EngineCounter.DEVICE_WRITES)).isZero();
  }

  @Test
  void readTakesFromItsSubmissionToItsCompletion() {
    Held record = rig.fillPage(Bucket.DEFAULT, KIB, 0).getFirst();
    Reading reading = Objects.requireNonNull(rig.startReading(record));
    rig.clock.advance(Duration.ofNanos(1_500_000));
    rig.reads.completeNext();
    reading.finish();

    LatencySnapshot latency = counts().readLatency();
    assertThat(latency.count()).isEqualTo(1);
    assertThat(latency.maxMicros()).isEqualTo(1500);
    assertThat(latency.p50Micros()).isEqualTo(1500);
  }

  @Test
  void readFromAWriteBufferIsNoReadOfTheDevice() {
    rig.read(rig.write(Bucket.DEFAULT, KIB));

    assertThat(counts().reads()).isZero();
    assertThat(rig.count(EngineCounter.BUFFER_READS)).isEqualTo(1);
  }

  @Test
  void whatReclaimReadsIsCountedApartFromTheReadsOfGets() {
    for (int i = 0; i < 10; i++) {
      rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    }

    long bytes =
        rig.device().operations(Kind.READ).stream().mapToLong(one -> one.lengthBytes()).sum();
    assertThat(counts().reclaimBytesRead()).isEqualTo(bytes).isPositive();
    assertThat(counts().reads()).isZero();
  }

  private DeviceCounts counts() {
    return rig.store.snapshot().devices().getFirst().counts();
  }

  @Test
  void snapshotAddsUpWhatIsLive() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.owner.forget(records.getFirst());

    StoreSnapshot snapshot = rig.store.snapshot();
    assertThat(snapshot.liveCount()).isEqualTo(records.size() - 1);
    assertThat(snapshot.liveBytes()).isEqualTo((records.size() - 1) * (KIB + 1L));
    assertThat(snapshot.pageBytes()).isEqualTo(PageStoreRig.PAGE_BYTES);
    assertThat(snapshot.pages()).hasSize(8);
  }

  @Test
  void memoryIsCountedAndComesBackAfterTheWork() {
    long atRest = rig.store.snapshot().offHeapBytes();
    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    long buffers = 2L * PageStoreRig.BUFFER_BYTES;
    long directory = 64L * KIB;
    assertThat(rig.store.snapshot().offHeapBytes()).isEqualTo(atRest + buffers + directory);

    rig.settle();
    for (int i = 0; i < 20; i++) {
      rig.fillPage(Bucket.DEFAULT, KIB, 0);
    }
    assertThat(rig.store.snapshot().offHeapBytes())
        .as("the same memory again and again; a second directory while a page is sealed")
        .isLessThanOrEqualTo(atRest + buffers + 2 * directory);
  }
}
