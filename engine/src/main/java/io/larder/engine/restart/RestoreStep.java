package io.larder.engine.restart;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.PageRestorer;
import io.larder.engine.model.RestoredPage;
import io.larder.engine.page.Page;
import io.larder.engine.page.Page.RecordSpan;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.reclaim.DirectorySource;
import io.larder.engine.reclaim.ReclaimBuffers;
import io.larder.engine.reclaim.SealedDirectory;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateLog;
import io.larder.engine.write.DirectoryChunks;
import io.larder.engine.write.OpenDirectory;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the records of one device's pages again: those of a sealed page by its directory, those of
 * a page that was being filled by looking at it record by record.
 *
 * <p><b>Threads.</b> One at a time, as every step; a device each.
 */
public final class RestoreStep implements Step {
  /*
   * The newest pages come first, so that what an index that is too small has no room for is what
   * would have been evicted next. A page is as readable as ever while its records are found; it is
   * not given up before all of them are. A record that is refused gets a tombstone like any other
   * that dies, so the next run need not find out again.
   *
   * The hash notes of this run are void when all is found. So a page that is not looked through, or
   * not to its end, counts for no later run either, which may be able to read it: what it holds may
   * have been changed since.
   *
   * A scan looks only where a record may begin: behind another, or at the block where a write buffer
   * began. The rest of a buffer's last block is zero. Where it is not, or where a block does not begin
   * with a record, the scan ends: what looks like a record further on may be part of a value.
   */

  private static final Logger LOG = LoggerFactory.getLogger(RestoreStep.class);
  private static final int ENTRIES_PER_CALL = 256;
  private static final int SCANNED_PER_CALL = 256;
  private static final int RECORD_HEADER_BYTES = 32;

  private final Deque<KeptPageOf> waiting;
  private final SavedState saved;
  private final StoreIdentity identity;
  private final PageGeometry geometry;
  private final PageRestorer restorer;
  private final StateLog state;
  private final RestoreProgress progress;
  private final RestoreListener listener;
  private final DirectoryChunks chunks;
  private final Clock clock;
  private final ReclaimBuffers buffers = new ReclaimBuffers();
  private final BitSet dead = new BitSet();

  private @Nullable KeptPageOf current;
  private @Nullable DirectorySource directory;
  private int nextEntry;
  private @Nullable OpenDirectory scanned;
  private int scannedBytes;

  /** The current page has a trailer. */
  private boolean isSealed;

  private @Nullable AlignedBuffer filledWindow;
  private int windowStart;
  private int windowEnd;

  /**
   * A page to be restored.
   *
   * @param savedPageId its id in the run before
   */
  public record KeptPageOf(Page page, int savedPageId, long version) {}

  /**
   * A step over the pages of one device.
   *
   * @param waiting in the order in which they are looked at
   */
  public RestoreStep(
      Deque<KeptPageOf> waiting,
      SavedState saved,
      StoreIdentity identity,
      PageGeometry geometry,
      PageRestorer restorer,
      StateLog state,
      RestoreProgress progress,
      RestoreListener listener,
      DirectoryChunks chunks,
      Clock clock) {
    this.waiting = waiting;
    this.saved = saved;
    this.identity = identity;
    this.geometry = geometry;
    this.restorer = restorer;
    this.state = state;
    this.progress = progress;
    this.listener = listener;
    this.chunks = chunks;
    this.clock = clock;
  }

  @Override
  public long run() {
    KeptPageOf kept = current;
    if (kept == null) {
      kept = waiting.poll();
      if (kept == null) {
        return UNTIL_WOKEN;
      }
      begin(kept);
      return AT_ONCE;
    }
    if (kept.page.isDoomed()) {
      progress.expired();
      endUnread(kept);
      return AT_ONCE;
    }
    OpenDirectory scan = scanned;
    if (scan != null) {
      advanceScan(kept, scan);
      return AT_ONCE;
    }
    DirectorySource entries = directory;
    if (entries != null) {
      advance(kept, entries);
    }
    return AT_ONCE;
  }

  // ------------------------------------------------------------------ a page from its begin

  private void begin(KeptPageOf kept) {
    current = kept;
    Page page = kept.page;
    try {
      AlignedBuffer header = read(page, 0, PageGeometry.HEADER_BYTES);
      if (!isOf(kept, header)) {
        LOG.warn("{} has been written to since its last mark: nothing on it counts", page);
        progress.lost();
        endUnread(kept);
        return;
      }
      Bucket bucket = Bucket.numbered(HeaderLayout.bucket(header.memory(), 0));
      long openedAt = HeaderLayout.openedAtSeconds(header.memory(), 0);
      AlignedBuffer tail =
          read(page, geometry.pageBytes() - PageGeometry.BLOCK_BYTES, PageGeometry.BLOCK_BYTES);
      int at = PageGeometry.BLOCK_BYTES - TrailerLayout.BYTES;
      isSealed = TrailerLayout.belongsTo(tail.memory(), at, page.site(), kept.version);
      RecordSpan span =
          isSealed
              ? new RecordSpan(
                  TrailerLayout.recordCount(tail.memory(), at),
                  TrailerLayout.earliestExpirySeconds(tail.memory(), at),
                  TrailerLayout.latestExpirySeconds(tail.memory(), at))
              : RecordSpan.NONE;
      dead.clear();
      saved.tombstones(kept.savedPageId, dead::set);
      if (isSealed && readDirectory(page)) {
        page.isOf(bucket, openedAt, span);
        if (page.snapshot().hasExpired(clock.unixSeconds())) {
          progress.expired();
          endUnread(kept);
        }
        return;
      }
      page.isOf(bucket, openedAt, RecordSpan.NONE);
      progress.scanned();
      scanned = new OpenDirectory(chunks);
      scannedBytes = PageGeometry.HEADER_BYTES;
      filledWindow = null;
    } catch (IOException e) {
      LOG.warn("{} cannot be read, and what is on it is lost: {}", page, e.toString());
      progress.lost();
      endUnread(kept);
    }
  }

  private boolean isOf(KeptPageOf kept, AlignedBuffer header) {
    return HeaderLayout.isHeader(header.memory(), 0)
        && HeaderLayout.belongsTo(header.memory(), 0, identity, geometry.pageBytes())
        && HeaderLayout.site(header.memory(), 0).equals(kept.page.site())
        && HeaderLayout.version(header.memory(), 0) == kept.version;
  }

  private AlignedBuffer read(Page page, int fromBytes, int lengthBytes) throws IOException {
    AlignedBuffer window = buffers.window(lengthBytes);
    page.device().read(window.slice(0, lengthBytes), page.deviceOffsetBytes() + fromBytes);
    listener.read(page.deviceIndex(), lengthBytes);
    return window;
  }

  private boolean readDirectory(Page page) {
    try {
      directory = SealedDirectory.read(page, geometry, buffers, listener::read);
      nextEntry = 0;
      return true;
    } catch (IOException e) {
      LOG.warn("{} is looked through record by record: {}", page, e.toString());
      return false;
    }
  }

  // ------------------------------------------------------------------ its records

  private void advance(KeptPageOf kept, DirectorySource entries) {
    int end = Math.min(entries.count(), nextEntry + ENTRIES_PER_CALL);
    RestoredPage page = new Shown(kept);
    for (; nextEntry < end; nextEntry++) {
      int lengthUnits = entries.lengthUnits(nextEntry);
      if (lengthUnits == 0) {
        continue;
      }
      int lengthBytes = lengthUnits * geometry.unitBytes() - entries.paddingBytes(nextEntry);
      int offsetUnits = entries.offsetUnits(nextEntry);
      if (dead.get(offsetUnits)) {
        kept.page.foundDead(lengthBytes);
        progress.tombstoned();
        continue;
      }
      PageRestorer.Answer answer =
          restorer.restore(page, entries.keyHash(nextEntry), offsetUnits, lengthBytes);
      progress.answered(answer);
      if (answer != PageRestorer.Answer.FOUND) {
        kept.page.foundDead(lengthBytes);
        state.tombstone(kept.page.id(), kept.version, offsetUnits);
      }
    }
    if (nextEntry == entries.count()) {
      end(kept);
    }
  }

  private record Shown(KeptPageOf kept) implements RestoredPage {
    @Override
    public int pageId() {
      return kept.page.id();
    }

    @Override
    public long version() {
      return kept.version;
    }

    @Override
    public void count(int countedBytes) {
      kept.page.found(countedBytes);
    }
  }

  /** Nothing that has not been found by now is found later. */
  private void endUnread(KeptPageOf kept) {
    state.mark(kept.page.id(), 0);
    end(kept);
  }

  private void end(KeptPageOf kept) {
    DirectorySource entries = directory;
    if (entries != null) {
      entries.release();
    }
    OpenDirectory scan = scanned;
    if (scan != null) {
      scan.release();
    }
    directory = null;
    scanned = null;
    current = null;
    kept.page.restored();
    listener.pageRestored(kept.page);
    if (progress.pageDone()) {
      state.rebuilt();
      restorer.restored();
      progress.ended();
      listener.allRestored();
    }
  }

  // ------------------------------------------------------------------ a page without a directory

  private void advanceScan(KeptPageOf kept, OpenDirectory found) {
    try {
      for (int i = 0; i < SCANNED_PER_CALL; i++) {
        if (!scanOne(kept, found)) {
          if (!seal(kept, found) && isSealed) {
            // Its own directory may be readable again one day, and tell of more than was found.
            LOG.warn("{} keeps a directory that cannot be read: nothing on it counts", kept.page);
            progress.lost();
            endUnread(kept);
            return;
          }
          scanned = null;
          directory = DirectorySource.of(found);
          nextEntry = 0;
          return;
        }
      }
    } catch (IOException e) {
      LOG.warn(
          "{} cannot be read to its end, and what is on it is lost: {}", kept.page, e.toString());
      progress.lost();
      endUnread(kept);
    }
  }

  /** Looks at what stands at {@link #scannedBytes}; returns whether the scan goes on. */
  private boolean scanOne(KeptPageOf kept, OpenDirectory found) throws IOException {
    int at = scannedBytes;
    // Before its directory and trailer, however few entries they have.
    int limit = geometry.directoryOffset(found.count() + 1);
    if (at + RECORD_HEADER_BYTES > limit) {
      return false;
    }
    AlignedBuffer window = window(kept.page, at, RECORD_HEADER_BYTES);
    int length = restorer.lengthAt(window.memory(), at - windowStart);
    if (length >= RECORD_HEADER_BYTES && length <= limit - at) {
      window = window(kept.page, at, length);
      int offsetUnits = at / geometry.unitBytes();
      PageRestorer.ScannedRecord record =
          restorer.scan(window.memory(), at - windowStart, length, kept.version, offsetUnits);
      if (record != null) {
        int padded = geometry.padded(length);
        if (!record.isFiller()) {
          found.add(record.keyHash(), offsetUnits, padded / geometry.unitBytes(), padded - length);
          kept.page.scanned(record.expirySeconds());
        }
        scannedBytes = at + padded;
        return true;
      }
    }
    int nextBlock = PageGeometry.blocks(at);
    if (nextBlock == at || !isZero(kept.page, at, nextBlock)) {
      return false;
    }
    scannedBytes = nextBlock;
    return true;
  }

  private boolean isZero(Page page, int from, int to) throws IOException {
    AlignedBuffer window = window(page, from, to - from);
    return window.memory().asSlice(from - windowStart, to - from).mismatch(zeros(to - from)) == -1;
  }

  private static MemorySegment zeros(int bytes) {
    return MemorySegment.ofArray(new byte[bytes]);
  }

  /** Has so many bytes of the page from {@code from} on in memory. */
  private AlignedBuffer window(Page page, int from, int length) throws IOException {
    int start = from & -PageGeometry.BLOCK_BYTES;
    AlignedBuffer window = buffers.window(length + 2 * PageGeometry.BLOCK_BYTES);
    // The buffer grows by replacement, and a new one holds nothing yet.
    if (window == filledWindow && from >= windowStart && from + length <= windowEnd) {
      return window;
    }
    filledWindow = null;
    int bytes =
        Math.min(window.capacityBytes() & -PageGeometry.BLOCK_BYTES, geometry.pageBytes() - start);
    page.device().read(window.slice(0, bytes), page.deviceOffsetBytes() + start);
    listener.read(page.deviceIndex(), bytes);
    filledWindow = window;
    windowStart = start;
    windowEnd = start + bytes;
    return window;
  }

  /** Gives a page the directory that it never got, or whose own is damaged. */
  private boolean seal(KeptPageOf kept, OpenDirectory found) {
    Page page = kept.page;
    PageSnapshot snapshot = page.snapshot();
    try {
      int bytes =
          found.writeTo(
              page.device(),
              page.deviceOffsetBytes(),
              geometry,
              page.site(),
              snapshot,
              scannedBytes);
      listener.written(page.deviceIndex(), bytes);
      return true;
    } catch (IOException e) {
      // It is read without one: when it is given up the index is gone through.
      LOG.warn("{} gets no directory: {}", page, e.toString());
      return false;
    }
  }
}
