package io.larder.tests.interleavings;

import static io.larder.tests.interleavings.Schedules.check;

import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageState;
import io.larder.engine.read.PageRead;
import io.larder.engine.read.PageReadListener;
import io.larder.engine.read.ReadBuffers;
import io.larder.engine.reclaim.ReclaimListener;
import io.larder.engine.reclaim.ReclaimStep;
import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadQueue;
import io.larder.tests.interleavings.Store.Written;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Readers find a record in an index, lease its page and read it from the device, while reclaim
 * gives the page up and the next life overwrites it: an address that is found is good for a lease,
 * the bytes are the record's, and the page is freed exactly once, after the last lease.
 *
 * <p>Tried by hand: it fails when a page is freed under a lease, and when reclaim frees a page that
 * its last reader frees too.
 */
class EvictionTest {
  /** A sealed page with one record, to which the one slot of an index points. */
  public static final class Meeting {
    private final Store store = new Store(0);
    private final AtomicInteger freedCount = new AtomicInteger();
    private final AtomicLong lentBytes = new AtomicLong();
    private final Object shard = new Object();
    private final ReclaimStep reclaim;
    private @Nullable Written slot;

    public Meeting() {
      slot = store.write((byte) 1);
      store.writer.finish();
      store.flush(10);
      reclaim =
          new ReclaimStep(
              store.pages,
              store.freePages,
              store.failedPages,
              device -> false,
              new Index(),
              ReclaimLimits.NONE,
              Store.GEOMETRY,
              new Reclaims(),
              new Store.Midnight());
    }

    @Operation
    public void read() {
      Written found;
      Page page;
      synchronized (shard) {
        found = slot;
        if (found == null) {
          return;
        }
        page = store.pages.get(found.pageId());
        check(page.lease(), "an address found in the index is good for a lease");
      }
      ReadBuffers buffers = new ReadBuffers(lentBytes);
      OneRead read = new OneRead(buffers);
      read.start(
          page,
          found.offsetUnits() * Store.GEOMETRY.unitBytes(),
          Store.RECORD_BYTES,
          Store.GEOMETRY,
          new DirectQueue());
      check(page.version() == found.version(), "the page has not begun another life");
      check(read.first == found.key() && read.last == found.key(), "the bytes are the record's");
      read.finish();
      buffers.close();
    }

    @Operation
    public void evict() {
      for (int i = 0; i < 4; i++) {
        reclaim.run();
      }
    }

    @Operation
    public void evictAndWriteAgain() {
      evict();
      for (byte key = 11; key < 15; key++) {
        store.write(key);
        store.flush(4);
      }
    }

    private void free(Page page) {
      check(page.state() == PageState.FREE, "freed means free");
      freedCount.incrementAndGet();
      store.freePages.give(page);
    }

    @Validate
    public void end() {
      check(freedCount.get() == 1, "freed once");
      check(slot == null, "no address is left");
      check(lentBytes.get() == 0, "read buffers have come back");
      int freeCount = 0;
      for (int id = 0; id < Store.PAGE_COUNT; id++) {
        freeCount += store.pages.get(id).state() == PageState.FREE ? 1 : 0;
        check(store.pages.get(id).snapshot().leaseCount() == 0, "no lease is left");
      }
      check(store.freePages.count() == freeCount, "every free page can be taken once");
    }

    /** Completes a read as it is submitted: the threads may switch before, in it and after. */
    private static final class DirectQueue implements ReadQueue {
      @Override
      public void submit(DeviceRead read) {
        try {
          read.device().read(read.buffer().slice(0, read.lengthBytes()), read.offsetBytes());
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        read.completed(read.lengthBytes());
      }

      @Override
      public int inFlightCount() {
        return 0;
      }

      @Override
      public void close() {}
    }

    /** Notes the first byte of the record and the last. */
    private final class OneRead extends PageRead {
      byte first;
      byte last;

      OneRead(ReadBuffers buffers) {
        super(buffers, new Reads());
      }

      @Override
      protected void done(ReadOutcome outcome) {
        check(outcome == ReadOutcome.READ, "the read succeeds");
        first = data().memory().get(ValueLayout.JAVA_BYTE, dataOffset());
        last = data().memory().get(ValueLayout.JAVA_BYTE, dataOffset() + Store.RECORD_BYTES - 1L);
      }
    }

    private final class Reads implements PageReadListener {
      @Override
      public void readFromBuffer(int bytes) {}

      @Override
      public void readFromDevice(int deviceIndex, int bytes, long tookNanos) {}

      @Override
      public void readShared(int bytes) {}

      @Override
      public long nowNanos() {
        return 0;
      }

      @Override
      public void readFailed(int deviceIndex) {}

      @Override
      public void lastLeaseReturned(Page page) {
        free(page);
      }
    }

    private final class Reclaims implements ReclaimListener {
      @Override
      public void givingUp(Page page) {}

      @Override
      public void rescued(int bytes) {}

      @Override
      public void read(int deviceIndex, int bytes) {}

      @Override
      public void readFailed(int deviceIndex, IOException why) {}

      @Override
      public void directoryFailed(Page page, IOException why) {
        throw new AssertionError(why);
      }

      @Override
      public void nothingSealed() {}

      @Override
      public void closed(Page page, GiveUpReason reason, boolean isFree) {
        if (isFree) {
          free(page);
        }
      }
    }

    private final class Index implements PageOwner {
      @Override
      public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
        synchronized (shard) {
          Written found = slot;
          if (found != null && found.version() == sweep.version()) {
            slot = null;
            store.pages.get(found.pageId()).forget(Store.RECORD_BYTES);
          }
        }
        return true;
      }

      @Override
      public void leaveUnread(int pageId, GiveUpReason reason) {
        throw new AssertionError("the directory can be read");
      }
    }
  }

  @Test
  void pageIsFreedOnceAfterItsLastRead() {
    Schedules.play(Meeting.class, "read", "read", "evict");
  }

  @Test
  void readSeesNothingOfTheNextLife() {
    Schedules.play(Meeting.class, "read", "evictAndWriteAgain");
  }
}
