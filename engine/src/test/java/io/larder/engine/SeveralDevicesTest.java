package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.write.Reservation;
import io.larder.testkit.MemoryDevice.Kind;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages over devices of different sizes. */
class SeveralDevicesTest {
  private static final int KIB = 1024;
  private static final int PAGE = PageStoreRig.PAGE_BYTES;

  private final PageStoreRig rig =
      PageStoreRig.of(PAGE, PageStoreRig.BUFFER_BYTES, 5, 8 * PAGE, 4 * PAGE + 4096, 6 * PAGE);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private int deviceOf(Held record) {
    return rig.page(record.pageId()).deviceIndex();
  }

  @Test
  void consecutivePagesAreOnConsecutiveDevicesUntilOneHasNoMore() {
    List<Integer> devices =
        rig.store.snapshot().pages().stream().map(PageSnapshot::deviceIndex).toList();

    assertThat(devices).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 2, 0, 2, 0, 0);
  }

  @Test
  void everyPageHasAPlaceOfItsOwn() {
    for (int i = 0; i < rig.store.pageCount(); i++) {
      for (int j = 0; j < i; j++) {
        boolean same =
            rig.store.page(i).deviceIndex() == rig.store.page(j).deviceIndex()
                && rig.store.page(i).deviceOffsetBytes() == rig.store.page(j).deviceOffsetBytes();
        assertThat(same).as(i + " and " + j).isFalse();
      }
      assertThat(rig.store.page(i).id()).isEqualTo(i);
    }
  }

  @Test
  void recordsOfAllDevicesReadBack() {
    for (int i = 0; i < 9; i++) {
      rig.fillPage(Bucket.DEFAULT, KIB, 0);
    }

    assertThat(rig.owner.held().stream().map(this::deviceOf).distinct()).hasSize(3);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void everyDeviceIsWrittenInProportionToItsPagesLapAfterLap() {
    for (int i = 0; i < 18 * 10; i++) {
      rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    }

    List<Long> written =
        rig.store.snapshot().devices().stream()
            .map(device -> device.counts().bytesWritten())
            .toList();
    long all = written.stream().mapToLong(bytes -> bytes).sum();
    assertThat(written.get(0) * 18.0 / all).isBetween(7.0, 9.0);
    assertThat(written.get(1) * 18.0 / all).isBetween(3.0, 5.0);
    assertThat(written.get(2) * 18.0 / all).isBetween(5.0, 7.0);
  }

  @Test
  void flushOfOneDeviceDoesNotWaitForAnothers() {
    Held onFirst = rig.write(Bucket.DEFAULT, KIB);
    Held onSecond = rig.write(Bucket.COMPACT, KIB);
    assertThat(deviceOf(onFirst)).isNotEqualTo(deviceOf(onSecond));
    rig.store.finish();

    rig.work.runOnce("flush-1");
    rig.work.runOnce("flush-1");

    assertThat(rig.page(onSecond.pageId()).state()).isEqualTo(PageState.SEALED);
    assertThat(rig.page(onFirst.pageId()).state()).isEqualTo(PageState.OPEN);
  }

  @Test
  void failedDeviceIsLeftOutAndTheOthersAreFilled() {
    for (int i = 0; i < 3; i++) {
      rig.fillPage(Bucket.DEFAULT, KIB, 0);
    }
    List<Held> before = List.copyOf(rig.owner.held());
    rig.devices.get(1).failAllWrites(true);
    for (int i = 0; i < 400; i++) {
      while (rig.tryWrite(Bucket.DEFAULT, KIB, 0) == null) {
        rig.settle();
      }
    }
    rig.settle();

    // As often as it takes: a page that failed is taken again only when its turn comes.
    assertThat(rig.store.snapshot().devices().get(0).outOfService()).isFalse();
    assertThat(rig.store.snapshot().devices().get(2).outOfService()).isFalse();
    assertThat(before).filteredOn(rig.owner::holds).isNotEmpty();
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void pagesOfADeviceOutOfServiceAreNotTakenAgain() {
    refuseFiveWritesOfDevice(1);
    assertThat(rig.store.snapshot().devices().get(1).outOfService()).isTrue();
    rig.devices.get(1).clearOperations();

    for (int i = 0; i < 30; i++) {
      assertThat(rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0)).noneMatch(one -> deviceOf(one) == 1);
    }

    assertThat(rig.devices.get(1).operations(Kind.WRITE)).isEmpty();
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void whatIsOnADeviceOutOfServiceIsReadWhileTheOthersAreFilledAndReclaimed() {
    while (rig.owner.held().stream().noneMatch(this::isSealedOnSecond)) {
      rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    }
    Held onSecond =
        rig.owner.held().stream().filter(this::isSealedOnSecond).findAny().orElseThrow();
    refuseFiveWritesOfDevice(1);

    for (int i = 0; i < 30; i++) {
      rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    }

    assertThat(rig.read(onSecond))
        .as("giving it up would make no room that anyone could use")
        .isEqualTo(onSecond.bytes());
  }

  @Test
  void smallDeviceThatIsLeftIsNotKeptEmptyForWhatALargeOneNeeded() {
    try (PageStoreRig two =
        PageStoreRig.of(PAGE, PageStoreRig.BUFFER_BYTES, 5, 250 * PAGE, 8 * PAGE)) {
      two.devices.get(0).failAllWrites(true);
      while (!two.store.snapshot().devices().get(0).outOfService()) {
        two.writeWhileThereIsRoom(Bucket.DEFAULT, 4 * KIB);
        two.settle();
      }
      two.store.finish();
      two.settle();

      for (int i = 0; i < 20; i++) {
        two.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
      }

      assertThat(two.pages(page -> page.deviceIndex() == 1 && page.state() == PageState.SEALED))
          .hasSizeGreaterThanOrEqualTo(5);
    }
  }

  private boolean isSealedOnSecond(Held record) {
    return deviceOf(record) == 1 && rig.page(record.pageId()).state() == PageState.SEALED;
  }

  private void refuseFiveWritesOfDevice(int index) {
    rig.devices.get(index).failAllWrites(true);
    while (!rig.store.snapshot().devices().get(index).outOfService()) {
      rig.writeWhileThereIsRoom(Bucket.DEFAULT, 4 * KIB);
      rig.settle();
    }
    rig.store.finish();
    rig.settle();
  }

  @Test
  void storeIsOutOfServiceOnlyWithItsLastDevice() {
    refuseFiveWritesOfDevice(0);
    refuseFiveWritesOfDevice(2);
    assertThat(rig.tryWrite(Bucket.DEFAULT, KIB, 0)).isNotNull();

    refuseFiveWritesOfDevice(1);

    assertThat(rig.store.reserve(Bucket.DEFAULT, KIB, 1, new Reservation()))
        .isEqualTo(ReserveOutcome.OUT_OF_SERVICE);
  }
}
