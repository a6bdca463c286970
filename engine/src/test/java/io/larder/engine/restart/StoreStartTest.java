package io.larder.engine.restart;

import static io.larder.engine.restart.LeftBehind.PAGE_BYTES;
import static io.larder.engine.restart.LeftBehind.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.state.StateDevice;
import io.larder.engine.state.StateLog;
import io.larder.engine.state.StateValue;
import io.larder.platform.device.Device;
import io.larder.testkit.MemoryDevice;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which pages live on when the devices are not what they were. */
class StoreStartTest {
  private static final StoreIdentity NEW = new StoreIdentity(new UUID(8, 9), 10);

  private final LeftBehind left = LeftBehind.nothing();
  private final MemoryDevice a = new MemoryDevice(4L * PAGE_BYTES);
  private final MemoryDevice b = new MemoryDevice(2L * PAGE_BYTES);

  /**
   * Device 1 with four pages, device 2 with two, all of them marked: ids 0, 2, 4, 5 and 1, 3, with
   * versions one higher.
   */
  @BeforeEach
  void twoDevices() throws IOException {
    for (int row = 0; row < 4; row++) {
      LeftBehind.header(a, 1, row, new long[] {1, 3, 5, 6}[row]);
    }
    LeftBehind.header(b, 2, 0, 2);
    LeftBehind.header(b, 2, 1, 4);
    left.state(
        List.of(new StateDevice(1, 4), new StateDevice(2, 2)),
        file -> {
          for (int page = 0; page < 6; page++) {
            file.mark(page, page + 1);
          }
          file.value(StateValue.VERSION, 20);
        });
  }

  private StoreStart start(Device... devices) throws IOException {
    return StoreStart.of(NEW, List.of(devices), PAGE_BYTES, left.persistence());
  }

  /** The versions that live on at that device, in rows; each must stand where it was. */
  private static List<Long> kept(StoreStart start, long deviceId) {
    return start.kept().stream()
        .filter(kept -> start.sites().get(kept.pageId()).deviceId() == deviceId)
        .map(StoreStart.KeptPage::version)
        .toList();
  }

  @Test
  void theSameDevicesKeepEverything() throws IOException {
    StoreStart start = start(a, b);

    assertThat(start.identity()).isEqualTo(STORE);
    assertThat(start.whyEmpty()).isEmpty();
    assertThat(kept(start, 1)).containsExactly(1L, 3L, 5L, 6L);
    assertThat(kept(start, 2)).containsExactly(2L, 4L);
    assertThat(start.latestVersion()).isEqualTo(20);
  }

  @Test
  void devicesNamedInAnotherOrderKeepEverythingWhereItStands() throws IOException {
    StoreStart start = start(b, a);

    assertThat(start.kept()).hasSize(6);
    for (StoreStart.KeptPage kept : start.kept()) {
      PageCut cut = start.pages().get(kept.pageId());
      PageSite site = start.sites().get(kept.pageId());
      assertThat(site).isEqualTo(new PageSite(cut.deviceIndex() == 0 ? 2 : 1, cut.row()));
    }
    assertThat(kept(start, 1)).containsExactlyInAnyOrder(1L, 3L, 5L, 6L);
  }

  @Test
  void aDeviceThatIsAddedGetsAnIdThatNoneEverHad() throws IOException {
    StoreStart start = start(new MemoryDevice(3L * PAGE_BYTES), a, b);

    assertThat(start.kept()).hasSize(6);
    assertThat(start.sites().stream().map(PageSite::deviceId).distinct())
        .containsExactly(3L, 1L, 2L);
    assertThat(kept(start, 3)).isEmpty();
  }

  @Test
  void aDeviceThatIsRemovedCostsWhatWasOnIt() throws IOException {
    StoreStart start = start(b);

    assertThat(kept(start, 2)).containsExactly(2L, 4L);
    assertThat(start.kept()).hasSize(2);
    assertThat(start.missingPageCount()).isEqualTo(4);
  }

  @Test
  void aDeviceThatShrinksCostsItsLastPages() throws IOException {
    MemoryDevice smaller = new MemoryDevice(2L * PAGE_BYTES);
    smaller.putBytes(0, a.bytes(0, 2 * PAGE_BYTES));

    assertThat(kept(start(smaller, b), 1)).containsExactly(1L, 3L);
  }

  @Test
  void aDeviceThatGrowsKeepsAll() throws IOException {
    MemoryDevice larger = new MemoryDevice(9L * PAGE_BYTES);
    larger.putBytes(0, a.bytes(0, 4 * PAGE_BYTES));
    StoreStart start = start(larger, b);

    assertThat(kept(start, 1)).containsExactly(1L, 3L, 5L, 6L);
    assertThat(start.pages()).hasSize(11);
  }

  @Test
  void ofADeviceAndItsCopyOneLivesOn() throws IOException {
    StoreStart start = start(a, a.snapshot(), b);

    assertThat(kept(start, 1)).containsExactly(1L, 3L, 5L, 6L);
    assertThat(start.kept()).hasSize(6);
    assertThat(start.sites().stream().map(PageSite::deviceId).distinct())
        .containsExactly(1L, 3L, 2L);
  }

  @Test
  void aDeviceThatIsZeroNowKeepsNothing() throws IOException {
    StoreStart start = start(new MemoryDevice(4L * PAGE_BYTES), b);

    assertThat(kept(start, 1)).isEmpty();
    assertThat(kept(start, 2)).containsExactly(2L, 4L);
  }

  @Test
  void pagesOfAnotherSizeKeepNothingAndSayWhy() throws IOException {
    StoreStart start = StoreStart.of(NEW, List.of(a, b), 2 * PAGE_BYTES, left.persistence());

    assertThat(start.kept()).isEmpty();
    assertThat(start.identity()).isEqualTo(NEW);
    assertThat(start.whyEmpty()).contains("65536").contains("131072");
  }

  @Test
  void aPageWithoutAMarkDoesNotLiveOn() throws IOException {
    left.state(List.of(new StateDevice(1, 4), new StateDevice(2, 2)), file -> file.mark(2, 3));

    assertThat(start(a, b).kept()).containsExactly(new StoreStart.KeptPage(2, 2, 3));
  }

  @Test
  void howManyRecordsThereAreIsEstimatedFromTrailers() throws IOException {
    LeftBehind.sealed(a, 1, 0, 1, 100, 100, 100);
    LeftBehind.sealed(a, 1, 1, 3, 100, 100, 100, 100, 100);
    StoreStart start = start(a, b);

    assertThat(start.estimateRecords(List.of(a, b), PAGE_BYTES))
        .as("four a page on six pages")
        .isEqualTo(24);
  }

  @Test
  void nothingIsEstimatedWhereNoPageIsSealed() throws IOException {
    assertThat(start(a, b).estimateRecords(List.of(a, b), PAGE_BYTES)).isZero();
  }

  @Test
  void aStateFileThatCannotBeBegunIsRemovedAndWhatItSaidStillCountsNow() throws IOException {
    left.storage.refuseCreates(true);
    StoreStart start = start(a, b);

    assertThat(start.kept()).hasSize(6);
    assertThat(start.state()).isSameAs(StateLog.NONE);
    assertThat(left.storage.isPublished()).isFalse();
  }

  @Test
  void aStateFileThatCanNeitherBeBegunNorRemovedEndsTheStart() {
    left.storage.refuseCreates(true);
    left.storage.refuseDeletes(true);

    assertThatThrownBy(() -> start(a, b)).isInstanceOf(IOException.class);
  }
}
