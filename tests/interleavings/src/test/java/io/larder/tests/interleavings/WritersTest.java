package io.larder.tests.interleavings;

import static io.larder.tests.interleavings.Schedules.check;

import io.larder.engine.model.Bucket;
import io.larder.engine.page.Page;
import io.larder.engine.page.Page.UnflushedBytes;
import io.larder.engine.page.PageState;
import io.larder.engine.write.BucketWriter;
import io.larder.engine.write.FailedPage;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.tests.interleavings.Store.Written;
import java.lang.foreign.Arena;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two writers reserve and commit while the page is sealed and flushed, or fails: each reservation
 * has room of its own, and what was committed is in the directory of its page exactly once, or with
 * the page that was abandoned.
 *
 * <p>Tried by hand: it fails without {@code synchronized} on {@link BucketWriter#reserve}, on
 * {@link BucketWriter#finish} or on its abandon, and when a buffer is flushed before its
 * reservations are committed.
 */
class WritersTest {
  /** A page with one record on it; its header waits to be flushed. */
  public static class Meeting {
    private final Store store;
    private final @Nullable Written before;
    private volatile @Nullable Written first;
    private volatile @Nullable Written second;

    public Meeting() {
      this(0);
    }

    Meeting(int refusals) {
      store = new Store(refusals);
      before = store.write((byte) 1);
    }

    @Operation
    public void writeFirst() {
      first = store.write((byte) 2);
    }

    @Operation
    public void writeSecond() {
      second = store.write((byte) 3);
    }

    @Operation
    public void sealAndFlush() {
      store.writer.finish();
      store.flush(3);
    }

    @Operation
    public void flush() {
      store.flush(3);
    }

    @Validate
    public void end() {
      store.writer.finish();
      store.flush(20);
      check(store.flushes.areEmpty(), "nothing is owed");
      check(
          store.buffers.idleCount() == store.buffers.allocatedCount(),
          "all buffers have come back");
      Written one = before;
      check(one != null && isWhereItBelongs(one), "the record from before");
      Written two = first;
      check(two == null || isWhereItBelongs(two), "the first writer's record");
      Written three = second;
      check(three == null || isWhereItBelongs(three), "the second writer's record");
      check(one == null || two == null || !overlap(one, two), "room of its own");
      check(one == null || three == null || !overlap(one, three), "room of its own");
      check(two == null || three == null || !overlap(two, three), "room of its own");
      checkCounts();
      checkThatFailedPagesAreEmptyHanded();
    }

    /** Two buffers fit into the next life of a page that has failed: none is left of the last. */
    private void checkThatFailedPagesAreEmptyHanded() {
      for (FailedPage failed : store.failedPages) {
        Page page = failed.page();
        check(page.close(), "nobody reads a page that has failed");
        page.claim(Long.MAX_VALUE, Bucket.DEFAULT, 0);
        for (int i = 0; i < 2; i++) {
          page.attach(new UnflushedBytes(AlignedBuffer.allocate(Arena.ofAuto(), 64), 0));
        }
      }
    }

    private boolean isWhereItBelongs(Written record) {
      if (store.pages.get(record.pageId()).state() == PageState.FAILED) {
        return store.wasAbandonedWith(record);
      }
      return record.counted() && store.directoryHas(record) && store.deviceHas(record);
    }

    private static boolean overlap(Written one, Written other) {
      return one.pageId() == other.pageId()
          && one.version() == other.version()
          && Math.abs(one.offsetUnits() - other.offsetUnits()) * Store.GEOMETRY.unitBytes()
              < Store.RECORD_BYTES;
    }

    private void checkCounts() {
      int failed = 0;
      for (int id = 0; id < Store.PAGE_COUNT; id++) {
        PageState state = store.pages.get(id).state();
        failed += state == PageState.FAILED ? 1 : 0;
        check(state != PageState.OPEN, "no page is left open");
      }
      check(store.failedPages.size() == failed, "a failed page is abandoned once");
    }
  }

  /** The same, on a device that refuses the first write. */
  public static final class FailingMeeting extends Meeting {
    public FailingMeeting() {
      super(1);
    }
  }

  /** The page is full as well: the next record makes its bucket move on. */
  public static final class FailingFullMeeting extends Meeting {
    public FailingFullMeeting() {
      super(1);
      writeFirst();
    }
  }

  @Test
  void pageIsAbandonedOnceThoughItsBucketMovesOn() {
    Schedules.play(FailingFullMeeting.class, "writeSecond", "flush");
  }

  @Test
  void everyReservationHasRoomOfItsOwn() {
    Schedules.play(Meeting.class, "writeFirst", "writeSecond", "flush");
  }

  @Test
  void sealTakesEveryCommittedRecordAlong() {
    Schedules.play(Meeting.class, "writeFirst", "writeSecond", "sealAndFlush");
  }

  @Test
  void recordsOfAPageThatFailsAreReportedWithIt() {
    Schedules.play(FailingMeeting.class, "writeFirst", "writeSecond", "flush");
  }

  @Test
  void pageThatIsSealedWhileItFailsIsAbandonedOnce() {
    Schedules.play(FailingMeeting.class, "writeFirst", "sealAndFlush");
  }
}
