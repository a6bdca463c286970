package io.larder.tests.interleavings;

import static io.larder.tests.interleavings.Schedules.check;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageState;
import io.larder.testkit.MemoryDevice;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Readers lease and release a page while it is closed, freed and claimed again: it is freed exactly
 * once, and no lease outlives the life it was taken in.
 *
 * <p>Tried by hand: it fails without {@code synchronized} on {@link Page#lease}, {@link
 * Page#release} or {@link Page#close}.
 */
class PageLeaseTest {
  /** A sealed page in its first life, its free list, and how often it came there. */
  public static final class Meeting {
    private final Page page =
        new Page(0, 0, Bucket.DEFAULT, new MemoryDevice(1 << 16), 0, new PageSite(1, 0));
    private final FreePages free = new FreePages(List.of());
    private final AtomicInteger freedCount = new AtomicInteger();

    public Meeting() {
      page.claim(1, Bucket.DEFAULT, 0);
      page.seal();
    }

    @Operation
    public void read() {
      if (!page.lease()) {
        return;
      }
      long before = page.version();
      check(page.state() != PageState.FREE, "a leased page is not free");
      check(page.version() == before, "a lease ends in the life it began in");
      if (page.release()) {
        freed();
      }
    }

    @Operation
    public void close() {
      if (page.close()) {
        freed();
      }
    }

    @Operation
    public void closeAndClaimAgain() {
      close();
      Page claimed = free.take(Bucket.DEFAULT, 0);
      if (claimed != null) {
        claimed.claim(2, Bucket.DEFAULT, 0);
        free.give(claimed);
      }
    }

    private void freed() {
      check(page.state() == PageState.FREE, "freed means free");
      freedCount.incrementAndGet();
      free.give(page);
    }

    @Validate
    public void end() {
      check(freedCount.get() == 1, "freed once");
      check(free.count() == 1, "on the list once");
      check(page.snapshot().leaseCount() == 0, "no lease is left");
    }
  }

  @Test
  void pageIsFreedOnceAfterItsLastReader() {
    Schedules.playLonger(Meeting.class, "read", "read", "close");
  }

  @Test
  void leaseDoesNotOutliveItsLife() {
    Schedules.playLonger(Meeting.class, "read", "closeAndClaimAgain");
  }
}
