package io.larder.engine.restart;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.PageRestorer;
import io.larder.engine.model.RecordFinder;
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
import java.util.Arrays;
import java.util.BitSet;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the records of a device's pages again: those of a sealed page by its directory, those of a
 * page that was being filled by looking at it record by record.
 *
 * <p><b>Threads.</b> One at a time, as every step; others may be at other pages.
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
   */

  private static final Logger LOG = LoggerFactory.getLogger(RestoreStep.class);
  private static final int ENTRIES_PER_CALL = 128;
  private static final int SCANNED_PER_CALL = 256;

  private final Queue<KeptPageOf> waiting;
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

  /** The entries of the current page that may live, and the hashes of their keys, in groups. */
  private int[] entries = {};

  private long[] keyHashes = {};
  private int entryCount;
  private int nextEntry;
  private final int[] groupStarts = new int[PageRestorer.GROUP_COUNT + 1];
  private @Nullable OpenDirectory scanned;
  private @Nullable PageScan scan;

  /** The current page has a trailer. */
  private boolean isSealed;

  /**
   * A page to be restored.
   *
   * @param savedPageId its id in the run before
   */
  public record KeptPageOf(Page page, int savedPageId, long version) {}

  /**
   * A step over pages of one device.
   *
   * @param waiting in the order in which they are looked at; other steps may take of them, too
   */
  public RestoreStep(
      Queue<KeptPageOf> waiting,
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
    OpenDirectory found = scanned;
    PageScan under = scan;
    if (found != null && under != null) {
      advanceScan(kept, under, found);
      return AT_ONCE;
    }
    DirectorySource shown = directory;
    if (shown != null) {
      advance(kept, shown);
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
      if (isSealed && readDirectory(kept)) {
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
      scan = new PageScan(page, kept.version, geometry, restorer, buffers, listener::read);
    } catch (IOException e) {
      LOG.warn("{} cannot be read, and what is on it is lost: {}", page, e.toString());
      listener.readFailed(page.deviceIndex());
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

  private boolean readDirectory(KeptPageOf kept) {
    Page page = kept.page;
    try {
      show(kept, SealedDirectory.read(page, geometry, buffers, listener::read));
      return true;
    } catch (IOException e) {
      LOG.warn("{} is looked through record by record: {}", page, e.toString());
      return false;
    }
  }

  // ------------------------------------------------------------------ its records

  private void advance(KeptPageOf kept, DirectorySource shown) {
    int end = Math.min(entryCount, nextEntry + ENTRIES_PER_CALL);
    restorer.willBeAsked(keyHashes, nextEntry, end);
    RestoredPage page = new Shown(kept);
    for (; nextEntry < end; nextEntry++) {
      int entry = entries[nextEntry];
      int offsetUnits = shown.offsetUnits(entry);
      int lengthBytes = lengthBytes(shown, entry);
      PageRestorer.Answer answer =
          restorer.restore(page, keyHashes[nextEntry], offsetUnits, lengthBytes);
      progress.answered(answer);
      if (answer != PageRestorer.Answer.FOUND) {
        kept.page.foundDead(lengthBytes);
        state.tombstone(kept.page.id(), kept.version, offsetUnits);
      }
    }
    if (nextEntry == entryCount) {
      end(kept);
    }
  }

  private int lengthBytes(DirectorySource shown, int entry) {
    return shown.lengthUnits(entry) * geometry.unitBytes() - shown.paddingBytes(entry);
  }

  private void show(KeptPageOf kept, DirectorySource shown) {
    directory = shown;
    countDead(kept, shown);
    group(shown);
    nextEntry = 0;
  }

  /** In the order of their place, as the tombstones are. */
  private void countDead(KeptPageOf kept, DirectorySource shown) {
    for (int entry = 0; entry < shown.count(); entry++) {
      if (shown.lengthUnits(entry) != 0 && dead.get(shown.offsetUnits(entry))) {
        kept.page.foundDead(lengthBytes(shown, entry));
        progress.tombstoned();
      }
    }
  }

  /**
   * Brings the rest into an order in which their owner finds near each other what it is asked about
   * next to each other: where an index is larger than the processor's caches, that is most of the
   * time.
   */
  private void group(DirectorySource shown) {
    int[] starts = groupStarts;
    Arrays.fill(starts, 0);
    for (int entry = 0; entry < shown.count(); entry++) {
      if (mayLive(shown, entry)) {
        starts[restorer.groupOf(shown.keyHash(entry)) + 1]++;
      }
    }
    for (int group = 0; group < PageRestorer.GROUP_COUNT; group++) {
      starts[group + 1] += starts[group];
    }
    entryCount = starts[PageRestorer.GROUP_COUNT];
    if (entries.length < entryCount) {
      entries = new int[entryCount];
      keyHashes = new long[entryCount];
    }
    for (int entry = 0; entry < shown.count(); entry++) {
      if (mayLive(shown, entry)) {
        long keyHash = shown.keyHash(entry);
        int at = starts[restorer.groupOf(keyHash)]++;
        entries[at] = entry;
        keyHashes[at] = keyHash;
      }
    }
  }

  private boolean mayLive(DirectorySource shown, int entry) {
    return shown.lengthUnits(entry) != 0 && !dead.get(shown.offsetUnits(entry));
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
    DirectorySource shown = directory;
    if (shown != null) {
      shown.release();
    }
    OpenDirectory found = scanned;
    if (found != null) {
      found.release();
    }
    directory = null;
    scanned = null;
    scan = null;
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

  private void advanceScan(KeptPageOf kept, PageScan under, OpenDirectory found) {
    try {
      for (int i = 0; i < SCANNED_PER_CALL; i++) {
        if (!under.next()) {
          if (!seal(kept, found, under.atBytes()) && isSealed) {
            // Its own directory may be readable again one day, and tell of more than was found.
            LOG.warn("{} keeps a directory that cannot be read: nothing on it counts", kept.page);
            progress.lost();
            endUnread(kept);
            return;
          }
          scannedIs(kept, found);
          return;
        }
        RecordFinder.ScannedRecord record = under.record();
        if (record != null && !record.isFiller()) {
          int padded = geometry.padded(under.lengthBytes());
          found.add(
              record.keyHash(),
              under.offsetUnits(),
              padded / geometry.unitBytes(),
              padded - under.lengthBytes());
          kept.page.scanned(record.expirySeconds());
        }
      }
    } catch (IOException e) {
      LOG.warn(
          "{} cannot be read to its end, and what is on it is lost: {}", kept.page, e.toString());
      listener.readFailed(kept.page.deviceIndex());
      progress.lost();
      endUnread(kept);
    }
  }

  private void scannedIs(KeptPageOf kept, OpenDirectory found) {
    scanned = null;
    scan = null;
    show(kept, DirectorySource.of(found));
  }

  /** Gives a page the directory that it never got, or whose own is damaged. */
  private boolean seal(KeptPageOf kept, OpenDirectory found, int recordsEndBytes) {
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
              recordsEndBytes);
      listener.written(page.deviceIndex(), bytes);
      return true;
    } catch (IOException e) {
      // It is read without one: when it is given up the index is gone through.
      LOG.warn("{} gets no directory: {}", page, e.toString());
      listener.writeFailed(page.deviceIndex());
      return false;
    }
  }
}
