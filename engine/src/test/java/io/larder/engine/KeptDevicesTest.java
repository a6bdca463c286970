package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.write.Reservation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices that are kept for one bucket, beside default ones. */
class KeptDevicesTest {
  private static final int KIB = 1024;

  /** Eight default pages, six for what is rescued, four for what will expire soon. */
  private final PageStoreRig rig =
      PageStoreRig.kept(List.of(Bucket.DEFAULT, Bucket.COMPACT, Bucket.LOWTTL), 8, 6, 4);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private int deviceOf(Held record) {
    return rig.page(record.pageId()).deviceIndex();
  }

  private List<Held> fill(Bucket bucket) {
    return rig.fillPage(bucket, 4 * KIB, 0);
  }

  private long freeOn(int deviceIndex) {
    return rig.pages(page -> page.deviceIndex() == deviceIndex && page.state() == PageState.FREE)
        .size();
  }

  private List<PageSnapshot> pagesOf(int deviceIndex, Bucket bucket) {
    return rig.pages(page ->
        page.deviceIndex() == deviceIndex
            && page.state() != PageState.FREE
            && page.bucket() == bucket);
  }

  // ------------------------------------------------------------------ who takes which pages

  @Test
  void bucketIsWrittenToTheDeviceThatIsKeptForIt() {
    assertThat(deviceOf(rig.write(Bucket.COMPACT, KIB))).isEqualTo(1);
    assertThat(deviceOf(rig.write(Bucket.LOWTTL, KIB))).isEqualTo(2);
    assertThat(deviceOf(rig.write(Bucket.DEFAULT, KIB))).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"COLDCOMPACT", "OLD"})
  void bucketWithoutADeviceOfItsOwnIsWrittenToADefaultOne(Bucket bucket) {
    assertThat(deviceOf(rig.write(bucket, KIB))).isZero();
  }

  @Test
  void defaultBucketNeverTakesAPageThatIsKeptForAnother() {
    for (int i = 0; i < 30; i++) {
      assertThat(fill(Bucket.DEFAULT)).allMatch(record -> deviceOf(record) == 0);
    }

    assertThat(freeOn(1)).isEqualTo(6);
    assertThat(freeOn(2)).isEqualTo(4);
  }

  @Test
  void bucketWhoseOwnDeviceIsFullTakesDefaultPagesWhileThereAreEnough() {
    for (int i = 0; i < 6; i++) {
      assertThat(fill(Bucket.LOWTTL).getFirst())
          .satisfies(record -> assertThat(rig.owner.holds(record)).isTrue());
    }

    assertThat(pagesOf(2, Bucket.LOWTTL)).hasSize(4);
    assertThat(pagesOf(0, Bucket.LOWTTL)).isNotEmpty();
    assertThat(rig.owner.asked).as("nothing had to go").isEmpty();
  }

  @Test
  void pageReturnsToTheBucketItsDeviceIsKeptFor() {
    List<Held> records = fill(Bucket.LOWTTL);
    records.forEach(rig.owner::forget);
    long freeBefore = freeOn(2);

    rig.store.requestEvictionOfSealed();
    rig.settle();

    assertThat(freeOn(2)).isEqualTo(freeBefore + 1);
    assertThat(rig.store.snapshot().pages())
        .allSatisfy(page -> assertThat(page.freeBucket()).isEqualTo(keptFor(page.deviceIndex())));
  }

  private static Bucket keptFor(int deviceIndex) {
    return List.of(Bucket.DEFAULT, Bucket.COMPACT, Bucket.LOWTTL).get(deviceIndex);
  }

  @Test
  void lastFreeDefaultPageIsLeftForWhatIsRescued() {
    try (PageStoreRig few = PageStoreRig.kept(List.of(Bucket.DEFAULT, Bucket.LOWTTL), 4, 2)) {
      few.write(Bucket.DEFAULT, KIB);
      few.write(Bucket.COMPACT, KIB);
      few.write(Bucket.COLDCOMPACT, KIB);

      assertThat(few.store.snapshot().freePageCount()).as("one, and two of its own").isEqualTo(3);
      assertThat(few.tryWrite(Bucket.LOWTTL, KIB, 0)).as("on its own device").isNotNull();
      assertThat(few.tryWrite(Bucket.OLD, KIB, 0)).as("it is for rescues").isNotNull();
      assertThat(few.store.snapshot().freePageCount()).isEqualTo(1);
    }
  }

  // ------------------------------------------------------------------ who gives up which pages

  @Test
  void pagesAreGivenUpOnlyWhereItMakesRoomForWhoeverNeedsIt() {
    List<Held> compacted = fill(Bucket.COMPACT);
    List<Held> shortLived = fill(Bucket.LOWTTL);

    for (int i = 0; i < 30; i++) {
      fill(Bucket.DEFAULT);
    }

    assertThat(compacted).as("older than all, on another device").allMatch(rig.owner::holds);
    assertThat(shortLived).allMatch(rig.owner::holds);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void deviceThatIsKeptForABucketIsReclaimedWhenDefaultPagesAreShortToo() {
    for (int i = 0; i < 12; i++) {
      fill(Bucket.DEFAULT);
    }
    rig.owner.asked.clear();

    for (int i = 0; i < 20; i++) {
      assertThat(fill(Bucket.LOWTTL)).allMatch(record -> deviceOf(record) == 2);
    }

    assertThat(rig.owner.asked)
        .isNotEmpty()
        .allMatch(asked -> rig.page(asked.pageId()).deviceIndex() == 2);
    assertThat(freeOn(0)).isEqualTo(2);
  }

  @Test
  void twoPagesThatAreKeptForABucketAreFilledAndReclaimedInTurn() {
    try (PageStoreRig small = PageStoreRig.kept(List.of(Bucket.DEFAULT, Bucket.LOWTTL), 4, 2)) {
      for (int i = 0; i < 4; i++) {
        small.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
      }
      for (int i = 0; i < 10; i++) {
        small.fillPage(Bucket.LOWTTL, 4 * KIB, 0);
      }

      assertThat(small.owner.unread).isEmpty();
      small.everyHeldRecordReadsBack();
    }
  }

  @Test
  void shortLivedRecordsAreNotRescuedWhicheverDeviceTheyAreOn() {
    rig.owner.isWanted = _ -> true;
    for (int i = 0; i < 40; i++) {
      rig.fillPage(Bucket.LOWTTL, 4 * KIB, 0);
      rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    }
    try (PageStoreRig withoutOwn = PageStoreRig.of(8)) {
      withoutOwn.owner.isWanted = _ -> true;
      for (int i = 0; i < 20; i++) {
        withoutOwn.fillPage(Bucket.LOWTTL, 4 * KIB, 0);
      }
      assertThat(withoutOwn.owner.asked).isNotEmpty();
      assertThat(withoutOwn.owner.sweptBytes).isEmpty();
    }

    assertThat(rig.owner.asked).anyMatch(asked -> asked.reason() == GiveUpReason.EVICTED);
    assertThat(rig.owner.sweptBytes).as("those of default pages are").isNotEmpty();
    assertThat(pagesOf(1, Bucket.COMPACT)).isNotEmpty();
  }

  @Test
  void rescueGoesWhereItsOwnerSaysAfterTheOldDeviceHasBeenUsed() {
    try (PageStoreRig old = PageStoreRig.kept(List.of(Bucket.DEFAULT, Bucket.OLD), 8, 4)) {
      old.write(Bucket.OLD, KIB);
      old.owner.isWanted = record -> record.keyHash() % 4 == 0;

      for (int i = 0; i < 20; i++) {
        old.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
      }

      assertThat(old.owner.sweptBytes).isNotEmpty();
      assertThat(old.pages(page -> page.bucket() == Bucket.OLD && page.liveCount() > 0))
          .singleElement()
          .satisfies(page -> assertThat(page.liveCount()).isEqualTo(1));
    }
  }

  // ------------------------------------------------------------------ devices that fail

  private void refuseFiveWritesOf(int index, Bucket bucket) {
    rig.devices.get(index).failAllWrites(true);
    while (!rig.store.snapshot().devices().get(index).outOfService()) {
      rig.writeWhileThereIsRoom(bucket, 4 * KIB);
      rig.settle();
    }
    rig.store.finish();
    rig.settle();
  }

  @Test
  void bucketWhoseOwnDeviceIsOutOfServiceTakesDefaultPages() {
    refuseFiveWritesOf(1, Bucket.COMPACT);

    for (int i = 0; i < 20; i++) {
      assertThat(fill(Bucket.COMPACT)).allMatch(record -> deviceOf(record) == 0);
    }
  }

  @Test
  void withoutDefaultDevicesOnlyThoseWithADeviceOfTheirOwnAreServed() {
    refuseFiveWritesOf(0, Bucket.DEFAULT);

    assertThat(rig.store.reserve(Bucket.DEFAULT, KIB, 1, new Reservation()))
        .isEqualTo(ReserveOutcome.OUT_OF_SERVICE);
    assertThat(rig.store.reserve(Bucket.OLD, KIB, 1, new Reservation()))
        .isEqualTo(ReserveOutcome.OUT_OF_SERVICE);
    for (int i = 0; i < 10; i++) {
      assertThat(fill(Bucket.LOWTTL)).allMatch(record -> deviceOf(record) == 2);
    }
  }

  // ------------------------------------------------------------------ what is told of them

  @Test
  void everyDeviceIsCountedByItself() {
    List<Held> records = fill(Bucket.COMPACT);
    rig.store.finish();
    rig.settle();
    rig.read(records.getFirst());

    List<StoreSnapshot.DeviceSnapshot> devices = rig.store.snapshot().devices();
    assertThat(devices.get(1).freeBucket()).isEqualTo(Bucket.COMPACT);
    assertThat(devices.get(1).counts().reads()).isEqualTo(1);
    assertThat(devices.get(1).counts().bytesRead()).isEqualTo(4 * KIB);
    assertThat(devices.get(1).counts().writes()).isPositive();
    assertThat(devices.get(1).counts().bytesWritten()).isGreaterThan(64 * KIB);
    assertThat(devices.get(1).counts().writeLatency().count())
        .isEqualTo(devices.get(1).counts().writes());
    assertThat(devices.get(0).counts().writes()).isZero();
    assertThat(devices.get(2).counts().reads()).isZero();
  }
}
