package io.larder.engine.restart;

import static io.larder.engine.restart.LeftBehind.GEOMETRY;
import static io.larder.engine.restart.LeftBehind.PAGE_BYTES;
import static io.larder.engine.restart.LeftBehind.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.PageRestorer;
import io.larder.engine.model.RecordFinder;
import io.larder.engine.model.RestoredPage;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageState;
import io.larder.engine.restart.RestoreStep.KeptPageOf;
import io.larder.engine.state.StateDevice;
import io.larder.engine.state.StateLog;
import io.larder.engine.write.DirectoryChunks;
import io.larder.platform.work.Step;
import io.larder.testkit.ManualClock;
import io.larder.testkit.MemoryDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is found on one page, and what is not, whatever has become of it. */
class RestoreStepTest {
  private static final long VERSION = 7;
  private static final int FIRST = 4096;

  private final LeftBehind left = LeftBehind.nothing();
  private final MemoryDevice device = new MemoryDevice(4L * PAGE_BYTES);
  private final ManualClock clock = new ManualClock();
  private final RestoreProgress progress = new RestoreProgress(1, 0, clock);
  private final List<Long> found = new ArrayList<>();
  private final List<Long> announced = new ArrayList<>();
  private final Page page = new Page(0, 0, Bucket.DEFAULT, device, 0, new PageSite(1, 0));

  /** Keeps the key hashes of what it is shown. */
  private final class Shown implements PageRestorer {
    private final RecordFinder finder = new LeftBehind.Finder();

    @Override
    public Answer restore(RestoredPage on, long keyHash, int offsetUnits, int lengthBytes) {
      found.add(keyHash);
      on.count(lengthBytes);
      return Answer.FOUND;
    }

    @Override
    public int lengthAt(MemorySegment memory, long at) {
      return finder.lengthAt(memory, at);
    }

    @Override
    public boolean isOfLife(MemorySegment memory, long at, long pageVersion) {
      return finder.isOfLife(memory, at, pageVersion);
    }

    @Override
    public @Nullable ScannedRecord scan(
        MemorySegment memory, long at, int lengthBytes, long pageVersion, int offsetUnits) {
      return finder.scan(memory, at, lengthBytes, pageVersion, offsetUnits);
    }

    @Override
    public int groupOf(long keyHash) {
      return 0;
    }

    @Override
    public void willBeAsked(long[] keyHashes, int from, int to) {
      for (int i = from; i < to; i++) {
        announced.add(keyHashes[i]);
      }
    }

    @Override
    public long requestCount() {
      return 0;
    }

    @Override
    public void restored() {}
  }

  /** Hears nothing. */
  private static final class Deaf implements RestoreListener {
    @Override
    public void read(int deviceIndex, int bytes) {}

    @Override
    public void written(int deviceIndex, int bytes) {}

    @Override
    public void readFailed(int deviceIndex) {}

    @Override
    public void writeFailed(int deviceIndex) {}

    @Override
    public void pageRestored(Page restored) {}

    @Override
    public void allRestored() {}
  }

  private void restore() throws IOException {
    restore(file -> file.mark(0, VERSION));
  }

  private void restore(LeftBehind.Notes notes) throws IOException {
    left.state(List.of(new StateDevice(1, 4)), notes);
    page.liveOn(VERSION);
    ArrayDeque<KeptPageOf> waiting = new ArrayDeque<>();
    waiting.add(new KeptPageOf(page, 0, VERSION));
    try (Arena arena = Arena.ofConfined()) {
      RestoreStep step =
          new RestoreStep(
              waiting,
              left.saved(),
              STORE,
              GEOMETRY,
              new Shown(),
              StateLog.NONE,
              progress,
              new Deaf(),
              new DirectoryChunks(arena),
              clock);
      for (int i = 0; step.run() == Step.AT_ONCE; i++) {
        assertThat(i).as("comes to an end").isLessThan(1000);
      }
    }
    assertThat(page.state()).isEqualTo(PageState.SEALED);
    assertThat(progress.isRunning()).isFalse();
  }

  private int put(int at, long keyHash, int lengthBytes) {
    return LeftBehind.put(device, 0, VERSION, at, keyHash, lengthBytes);
  }

  private void open() {
    LeftBehind.header(device, 1, 0, VERSION);
  }

  @Test
  void recordsOfASealedPageAreFoundByItsDirectory() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION, 100, 5000, 64);
    restore();

    assertThat(found).containsExactly(1L, 2L, 3L);
    assertThat(announced).isEqualTo(found);
    assertThat(progress.snapshot().scannedPageCount()).isZero();
  }

  @Test
  void aPageWhoseHeaderHasAnotherVersionThanItsMarkIsLost() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION + 1, 100, 100);
    restore();

    assertThat(found).isEmpty();
    assertThat(progress.snapshot().lostPageCount()).isEqualTo(1);
  }

  @Test
  void aPageWithADamagedTrailerIsScannedAndGetsANewOne() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION, 100, 5000, 64);
    device.flipBit(PAGE_BYTES - TrailerLayout.BYTES, 3);
    restore();

    assertThat(found).containsExactly(1L, 2L, 3L);
    assertThat(progress.snapshot().scannedPageCount()).isEqualTo(1);
    assertThat(
            TrailerLayout.belongsTo(
                MemorySegment.ofArray(device.bytes(PAGE_BYTES - 64, 64)), 0, page.site(), VERSION))
        .isTrue();
  }

  @Test
  void aPageWithADamagedDirectoryIsScanned() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION, 100, 5000, 64);
    device.flipBit(PAGE_BYTES - 4096, 0);
    restore();

    assertThat(found).containsExactly(1L, 2L, 3L);
    assertThat(progress.snapshot().scannedPageCount()).isEqualTo(1);
  }

  @Test
  void aScanGoesOnBehindTheZerosOfABufferThatWasFlushedShort() throws IOException {
    open();
    put(put(FIRST, 1, 100), 2, 200);
    put(2 * FIRST, 3, 300);
    restore();

    assertThat(found).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aScanPassesFillers() throws IOException {
    open();
    put(put(put(FIRST, 1, 100), -1, 640), 2, 100);
    restore();

    assertThat(found).containsExactly(1L, 2L);
  }

  @Test
  void aScanEndsAtADamagedRecordAndTakesNothingOutOfItsValue() throws IOException {
    open();
    int second = put(FIRST, 1, 100);
    put(second, 2, 3 * FIRST);
    // As a client may have stored it, at a place where a write buffer might have begun.
    put(2 * FIRST, 66, 100);
    put(second + GEOMETRY.padded(3 * FIRST), 3, 100);
    restore();

    assertThat(found).containsExactly(1L);
  }

  @Test
  void aScanEndsWhereAnEarlierLifeOfThePageBegins() throws IOException {
    open();
    put(FIRST, 1, FIRST);
    LeftBehind.put(device, 0, VERSION - 1, 2 * FIRST, 2, FIRST);
    restore();

    assertThat(found).containsExactly(1L);
  }

  @Test
  void aTombstoneKillsWhatItNamesOnTheMarkedVersionOnly() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION, 64, 64, 64);
    restore(file -> {
      file.mark(0, VERSION - 1);
      file.tombstone(0, VERSION - 1, FIRST / 64);
      file.mark(0, VERSION);
      file.tombstone(0, VERSION, FIRST / 64 + 1);
    });

    assertThat(found).containsExactly(1L, 3L);
    assertThat(progress.snapshot().tombstoneCount()).isEqualTo(1);
  }

  @Test
  void aPageThatCannotBeReadIsLost() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION, 64);
    device.failNextRead();
    restore();

    assertThat(found).isEmpty();
    assertThat(progress.snapshot().lostPageCount()).isEqualTo(1);
  }
}
