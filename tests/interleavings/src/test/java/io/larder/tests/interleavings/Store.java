package io.larder.tests.interleavings;

import static io.larder.tests.interleavings.Schedules.check;

import io.larder.engine.layout.DirectoryLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.state.StateLog;
import io.larder.engine.stats.EngineStats;
import io.larder.engine.write.BucketWriter;
import io.larder.engine.write.DirectoryChunks;
import io.larder.engine.write.FailedPage;
import io.larder.engine.write.FlushListener;
import io.larder.engine.write.FlushQueues;
import io.larder.engine.write.FlushStep;
import io.larder.engine.write.Reservation;
import io.larder.engine.write.Versions;
import io.larder.engine.write.WriteBuffers;
import io.larder.engine.write.WriteShared;
import io.larder.engine.write.WritesUnderWay;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The smallest store: two pages with room for one block of records each, one bucket, one flush step
 * and nothing around them.
 */
final class Store {
  static final PageGeometry GEOMETRY = PageGeometry.of(PageGeometry.PAGE_BYTES_MIN);
  static final int PAGE_COUNT = 2;

  /** Two records fill a page. */
  static final int RECORD_BYTES = 2048;

  /** A record that has been reserved, and whether its page took it. */
  record Written(byte key, int pageId, long version, int offsetUnits, boolean counted) {}

  final HeapDevice device;
  final List<Page> pages = new ArrayList<>();
  final FreePages freePages;
  final WriteBuffers buffers = new WriteBuffers(Arena.ofAuto(), PageGeometry.BLOCK_BYTES, 5);
  final FlushQueues flushes = new FlushQueues(1);
  final ConcurrentLinkedQueue<FailedPage> failedPages = new ConcurrentLinkedQueue<>();
  final BucketWriter writer;
  final FlushStep flushStep;

  Store(int refusals) {
    device = new HeapDevice(PAGE_COUNT * GEOMETRY.pageBytes(), refusals);
    for (int id = 0; id < PAGE_COUNT; id++) {
      pages.add(
          new Page(
              id,
              0,
              Bucket.DEFAULT,
              device,
              (long) id * GEOMETRY.pageBytes(),
              new PageSite(1, id)));
    }
    freePages = new FreePages(pages);
    writer =
        new BucketWriter(
            Bucket.DEFAULT,
            0,
            new WriteShared(
                GEOMETRY,
                new StoreIdentity(new UUID(1, 2), 3),
                freePages,
                buffers,
                new DirectoryChunks(Arena.ofAuto()),
                flushes,
                new Versions(0, StateLog.NONE),
                new EngineStats(),
                new Midnight()));
    flushStep =
        new FlushStep(
            new WritesUnderWay(flushes, 0), List.of(writer), new Failures(), new Midnight());
  }

  /** Writes a record that is this byte over and over, if there is room; null when there is none. */
  @Nullable Written write(byte key) {
    Reservation reservation = new Reservation();
    if (writer.reserve(RECORD_BYTES, key, reservation) != ReserveOutcome.RESERVED) {
      return null;
    }
    reservation.memory().asSlice(reservation.memoryOffset(), RECORD_BYTES).fill(key);
    boolean counted =
        pages.get(reservation.pageId()).commit(reservation.pageVersion(), RECORD_BYTES, 0);
    Written written =
        new Written(
            key,
            reservation.pageId(),
            reservation.pageVersion(),
            reservation.offsetUnits(),
            counted);
    reservation.commit(flushes);
    return written;
  }

  void flush(int countMax) {
    for (int i = 0; i < countMax && flushStep.run() == Step.AT_ONCE; i++) {
      // one write after the other
    }
  }

  /** Whether a page ends in a directory that has this record exactly once. */
  boolean directoryHas(Written record) {
    int length = PageGeometry.BLOCK_BYTES;
    int start = (record.pageId() + 1) * GEOMETRY.pageBytes() - length;
    AlignedBuffer tail = AlignedBuffer.allocate(Arena.ofAuto(), length);
    device.read(tail.slice(0, length), start);
    check(
        TrailerLayout.belongsTo(
            tail.memory(),
            length - TrailerLayout.BYTES,
            new PageSite(1, record.pageId()),
            record.version()),
        "a sealed page ends in its own trailer");
    int found = 0;
    int count = TrailerLayout.recordCount(tail.memory(), length - TrailerLayout.BYTES);
    for (int i = 0; i < count; i++) {
      long at = (long) i * DirectoryLayout.ENTRY_BYTES;
      if (DirectoryLayout.keyHash(tail.memory(), at) == record.key()
          && DirectoryLayout.offsetUnits(tail.memory(), at) == record.offsetUnits()) {
        found++;
      }
    }
    return found == 1;
  }

  /** Whether the device has the record's bytes, first and last. */
  boolean deviceHas(Written record) {
    int start =
        record.pageId() * GEOMETRY.pageBytes() + record.offsetUnits() * GEOMETRY.unitBytes();
    return device.at(start) == record.key() && device.at(start + RECORD_BYTES - 1) == record.key();
  }

  /** Whether an abandoned page's directory has the record exactly once. */
  boolean wasAbandonedWith(Written record) {
    int found = 0;
    for (FailedPage failed : failedPages) {
      for (int i = 0;
          failed.page().id() == record.pageId() && i < failed.directory().count();
          i++) {
        if (failed.directory().keyHash(i) == record.key()
            && failed.directory().offsetUnits(i) == record.offsetUnits()) {
          found++;
        }
      }
    }
    return found == 1;
  }

  private final class Failures implements FlushListener {
    @Override
    public void lifeBegan(Page begun, long version) {}

    @Override
    public void failing(Page failing) {}

    @Override
    public void flushed(Page page, int bytes, long tookNanos) {}

    @Override
    public void refused(Page page, IOException why) {}

    @Override
    public void failed(Page page) {}

    @Override
    public void abandoned(FailedPage failed) {
      failedPages.add(failed);
    }
  }

  /** Time that stands still. */
  static final class Midnight implements Clock {
    @Override
    public long unixSeconds() {
      return 0;
    }

    @Override
    public long nanos() {
      return 0;
    }
  }
}
