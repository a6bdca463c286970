package io.larder.engine.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageState;
import io.larder.engine.state.StateLog;
import io.larder.engine.stats.EngineStats;
import io.larder.testkit.ManualClock;
import io.larder.testkit.MemoryDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What writers do in the moment between a refused write and the news of it. */
class FailedPageTest {
  private static final int PAGE_BYTES = 64 * 1024;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final Arena arena = Arena.ofConfined();
  private final ManualClock clock = new ManualClock();
  private final MemoryDevice device = new MemoryDevice(4 * PAGE_BYTES);
  private final Page page = new Page(0, 0, Bucket.DEFAULT, device, 0, new PageSite(1, 0));
  private final FreePages freePages = new FreePages(List.of(page));
  private final WriteBuffers buffers = new WriteBuffers(arena, BUFFER_BYTES, 4);
  private final DirectoryChunks chunks = new DirectoryChunks(arena);
  private final FlushQueues flushes = new FlushQueues(1);
  private final BucketWriter writer =
      new BucketWriter(
          Bucket.DEFAULT,
          0,
          new WriteShared(
              PageGeometry.of(PAGE_BYTES),
              new StoreIdentity(new UUID(1, 2), 3),
              freePages,
              buffers,
              chunks,
              flushes,
              new Versions(0, StateLog.NONE),
              new EngineStats(),
              clock));
  private final List<FailedPage> abandoned = new ArrayList<>();
  private Runnable inBetween = () -> {};
  private final FlushStep step =
      new FlushStep(new WritesUnderWay(flushes, 0), List.of(writer), new Listener(), clock);

  private final class Listener implements FlushListener {
    @Override
    public void lifeBegan(Page begun, long version) {}

    @Override
    public void failing(Page failing) {}

    @Override
    public void flushed(Page flushed, int bytes, long tookNanos) {}

    @Override
    public void refused(Page refused, IOException why) {}

    @Override
    public void failed(Page failed) {
      inBetween.run();
    }

    @Override
    public void abandoned(FailedPage failed) {
      abandoned.add(failed);
    }
  }

  /** Every buffer has come back, whatever happened. */
  @AfterEach
  void checkBuffers() {
    runStep();
    assertThat(buffers.idleCount()).isEqualTo(buffers.allocatedCount());
    arena.close();
  }

  private void runStep() {
    while (step.run() == 0) {
      // one write after the other
    }
  }

  private boolean write(int lengthBytes) {
    Reservation reservation = new Reservation();
    if (writer.reserve(lengthBytes, 7, reservation) != ReserveOutcome.RESERVED) {
      return false;
    }
    page.commit(reservation.pageVersion(), lengthBytes, 0);
    reservation.commit(flushes);
    return true;
  }

  private void writeUntilBothBuffersAreFull() {
    while (write(1024)) {
      // until there is no buffer
    }
  }

  /** What reclaim does with a page that has been abandoned. */
  private void sweep() {
    assertThat(abandoned).hasSize(1);
    FailedPage failed = abandoned.removeFirst();
    failed.directory().release();
    assertThat(failed.page().close()).isTrue();
    freePages.give(failed.page());
  }

  @Test
  void bucketThatHeldThePageLetsGoOfIt() {
    writeUntilBothBuffersAreFull();
    device.failNextWrite();

    runStep();

    assertThat(page.state()).isEqualTo(PageState.FAILED);
    assertThat(abandoned).hasSize(1);
    assertThat(abandoned.getFirst().directory().count()).isEqualTo(28);
  }

  @Test
  void directoryOfAPageThatItsBucketHasLeftComesWithItsSeal() {
    write(1024);
    writer.finish();
    device.failNextWrite();

    runStep();

    assertThat(abandoned).hasSize(1);
    assertThat(abandoned.getFirst().directory().count()).isEqualTo(1);
  }

  @Test
  void bufferAttachedBetweenTheFailureAndTheNewsOfItDoesNotStayWithThePage() {
    writeUntilBothBuffersAreFull();
    inBetween = () -> assertThat(write(1024)).as("the page has let go of both").isTrue();
    device.failNextWrite();
    runStep();
    sweep();

    writeUntilBothBuffersAreFull();
    runStep();

    assertThat(page.state()).isEqualTo(PageState.OPEN);
    assertThat(write(1024)).as("the page has both its buffers again").isTrue();
    writer.finish();
    runStep();
    assertThat(page.state()).isEqualTo(PageState.SEALED);
  }

  @Test
  void pageSealedBetweenTheFailureAndTheNewsOfItIsAbandonedOnce() {
    writeUntilBothBuffersAreFull();
    inBetween = writer::finish;
    device.failNextWrite();

    runStep();

    assertThat(abandoned).hasSize(1);
    sweep();
    assertThat(page.state()).isEqualTo(PageState.FREE);
  }
}
