package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.stats.EngineCounter;
import io.larder.testkit.MemoryDevice.Kind;
import java.util.List;
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
