package io.larder.engine.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.page.Page.UnflushedBytes;
import io.larder.engine.stats.EngineCounter;
import io.larder.platform.memory.AlignedBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Fills the open page of one bucket, front to back.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor. Lock order: bucket, page, then free pages and
 * buffers. A copy is made by the caller after {@link #reserve}, with no lock of the engine held.
 */
public final class BucketWriter {
  private final Bucket bucket;
  private final int pagesKeptForOthers;
  private final WriteShared shared;
  private final PageGeometry geometry;
  private final WriteBuffers buffers;
  private final FlushQueues flushes;

  @GuardedBy("this")
  private @Nullable OpenPage open;

  /** The {@link #fillingTurn} of a bucket that fills no buffer. */
  public static final long NO_TURN = Long.MAX_VALUE;

  /**
   * A writer with no page yet.
   *
   * @param pagesKeptForOthers free pages of the default devices that this bucket must leave
   */
  public BucketWriter(Bucket bucket, int pagesKeptForOthers, WriteShared shared) {
    this.bucket = bucket;
    this.pagesKeptForOthers = pagesKeptForOthers;
    this.shared = shared;
    this.geometry = shared.geometry();
    this.buffers = shared.buffers();
    this.flushes = shared.flushes();
  }

  /**
   * Takes room for one record.
   *
   * @param keyHash noted in the page's directory
   * @param into filled when the answer is RESERVED, and then to be committed
   */
  public synchronized ReserveOutcome reserve(int lengthBytes, long keyHash, Reservation into) {
    if (lengthBytes > geometry.bufferedRecordBytesMax(buffers.bufferBytes())) {
      return ReserveOutcome.TOO_LARGE;
    }
    int padded = geometry.padded(lengthBytes);
    while (true) {
      OpenPage page = open != null ? open : openPage();
      if (page == null) {
        return ReserveOutcome.NO_PAGE;
      }
      if (!page.fits(padded, geometry)) {
        submitSeal(page);
        continue;
      }
      BufferFlush filling = fillingBuffer(page);
      if (filling == null) {
        return ReserveOutcome.NO_BUFFER;
      }
      if (filling.remainingBytes() < padded) {
        submit(page, filling);
        continue;
      }
      take(page, filling, lengthBytes, padded, keyHash, into);
      return ReserveOutcome.RESERVED;
    }
  }

  /**
   * Takes room for one large record, which goes to the device from where it stands.
   *
   * <p>The write keeps its place in the order of the device's writes; those behind it wait until it
   * has been committed.
   *
   * @param keyHash noted in the page's directory
   * @param write says which record; when the answer is RESERVED it is to be committed
   */
  public synchronized ReserveOutcome reserveDirect(long keyHash, DirectWrite write) {
    if (write.lengthBytes() > geometry.recordBytesMax()) {
      return ReserveOutcome.TOO_LARGE;
    }
    int padded = geometry.padded(write.lengthBytes());
    while (true) {
      OpenPage page = open != null ? open : openPage();
      if (page == null) {
        return ReserveOutcome.NO_PAGE;
      }
      if (!page.fitsDirectly(padded, geometry)) {
        submitSeal(page);
        continue;
      }
      if (page.nextBufferAtBytes == 0 && fillingBuffer(page) == null) {
        // The page's header is written through a buffer.
        return ReserveOutcome.NO_BUFFER;
      }
      BufferFlush filling = page.filling;
      if (filling != null) {
        submit(page, filling);
      }
      int start = page.nextBufferAtBytes;
      page.recordsEndBytes = start + padded;
      page.nextBufferAtBytes = PageGeometry.blocks(start + padded);
      Entry entry = note(page, keyHash, start / geometry.unitBytes(), write.lengthBytes(), padded);
      flushes.submit(write.reserved(page.page, page.version, entry, start, geometry));
      return ReserveOutcome.RESERVED;
    }
  }

  @GuardedBy("this")
  private @Nullable BufferFlush fillingBuffer(OpenPage page) {
    BufferFlush filling = page.filling;
    if (filling != null) {
      return filling;
    }
    return page.page.bufferCount() < Page.BUFFERS_MAX ? attachBuffer(page) : null;
  }

  @GuardedBy("this")
  private void take(
      OpenPage page,
      BufferFlush filling,
      int lengthBytes,
      int padded,
      long keyHash,
      Reservation into) {
    int offsetUnits = filling.endBytes() / geometry.unitBytes();
    int at = filling.take(padded);
    filling.reserved();
    page.recordsEndBytes = filling.endBytes();
    Entry entry = note(page, keyHash, offsetUnits, lengthBytes, padded);
    into.set(filling, entry, at, lengthBytes, padded);
    into.address(page.page.id(), page.version, offsetUnits);
  }

  @GuardedBy("this")
  private Entry note(OpenPage page, long keyHash, int offsetUnits, int lengthBytes, int padded) {
    page.directory.add(keyHash, offsetUnits, padded / geometry.unitBytes(), padded - lengthBytes);
    return new Entry(this, page.directory, page.directory.count() - 1);
  }

  /** Where a page's directory notes a record that is still to be written. */
  record Entry(BucketWriter writer, OpenDirectory directory, int index) {

    /**
     * Makes the entry void. Its record has not been committed, so the flush it belongs to is still
     * owed.
     */
    void strike(Page page, long version) {
      synchronized (writer) {
        /*
         * An open page's directory is the bucket's, or stands in the queue of its device behind the
         * flush that this record holds up. One of a failed page is reclaim's, and never written.
         */
        if (page.isOpenIn(version)) {
          directory.strike(index);
        }
      }
    }
  }

  @GuardedBy("this")
  private @Nullable OpenPage openPage() {
    Page page = shared.freePages().take(bucket, pagesKeptForOthers);
    if (page == null) {
      return null;
    }
    long version = shared.versions().next();
    page.claim(version, bucket, shared.clock().unixSeconds());
    shared.stats().increment(EngineCounter.PAGE_ALLOCS);
    open = new OpenPage(page, version, new OpenDirectory(shared.chunks()));
    return open;
  }

  @GuardedBy("this")
  private @Nullable BufferFlush attachBuffer(OpenPage page) {
    // Two keep a bucket writing; the third, which keeps its device busy, is not taken from others.
    AlignedBuffer buffer = page.page.bufferCount() < 2 ? buffers.take() : buffers.takeSpare();
    if (buffer == null) {
      return null;
    }
    UnflushedBytes bytes = new UnflushedBytes(buffer, page.nextBufferAtBytes);
    BufferFlush filling = new BufferFlush(page.page, page.version, bytes, buffers);
    if (page.nextBufferAtBytes == 0) {
      int at = filling.take(PageGeometry.HEADER_BYTES);
      HeaderLayout.write(
          buffer.memory(),
          at,
          shared.identity(),
          geometry.pageBytes(),
          page.page.site(),
          page.version,
          bucket.number(),
          page.page.openedAtSeconds());
    }
    page.page.attach(bytes);
    page.filling = filling;
    return filling;
  }

  @GuardedBy("this")
  private void submit(OpenPage page, BufferFlush filling) {
    page.nextBufferAtBytes = PageGeometry.blocks(filling.endBytes());
    page.filling = null;
    flushes.submit(filling);
  }

  @GuardedBy("this")
  private void submitSeal(OpenPage page) {
    BufferFlush filling = page.filling;
    if (filling != null) {
      submit(page, filling);
    }
    flushes.submit(
        new SealFlush(page.page, page.version, page.directory, geometry, page.recordsEndBytes));
    open = null;
  }

  /**
   * Lets go of a page that has failed.
   *
   * @return its directory, or null when the page was no longer this bucket's to fill
   */
  synchronized @Nullable OpenDirectory abandon(Page failed) {
    OpenPage page = open;
    if (page == null || page.page != failed) {
      return null;
    }
    open = null;
    BufferFlush filling = page.filling;
    if (filling != null) {
      flushes.submit(filling);
    }
    return page.directory;
  }

  /** When the buffer that is being filled was taken, in turns; {@link #NO_TURN} without one. */
  public synchronized long fillingTurn() {
    OpenPage page = open;
    BufferFlush filling = page == null ? null : page.filling;
    return filling == null ? NO_TURN : filling.turn();
  }

  /** Sends the buffer that is being filled to the device as it is; the page stays open. */
  public synchronized void flushShort() {
    OpenPage page = open;
    BufferFlush filling = page == null ? null : page.filling;
    if (page != null && filling != null) {
      submit(page, filling);
    }
  }

  /** Sends what is unflushed to the device, sealing the open page; for a clean end. */
  public synchronized void finish() {
    OpenPage page = open;
    if (page != null) {
      submitSeal(page);
    }
  }
}
