package io.larder.engine.reclaim;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.write.FailedPage;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives pages up: failed ones at once, others ahead of need, when free ones run low.
 *
 * <p>For each page: no address may be pointed at it any more; its directory is read; its owner
 * leaves every record; then the page closes, and is free when its last lease returns.
 *
 * <p><b>Threads.</b> One at a time, as every step.
 */
public final class ReclaimStep implements Step {
  private static final int ENTRIES_PER_CALL = 256;

  /** How long to wait when a rescue needs a flush to end, or a closing page its last reader. */
  private static final long RETRY_NANOS = 1_000_000;

  /** How long closing pages are counted upon; a read that hangs must not stop all writing. */
  private static final long READER_PATIENCE_NANOS = 100_000_000;

  private final List<Page> pages;
  private final FreePages freePages;
  private final int lowWaterCount;
  private final Queue<FailedPage> failedPages;
  private final IntPredicate isOutOfService;
  private final PageOwner owner;
  private final PageGeometry geometry;
  private final ReclaimListener listener;
  private final Clock clock;
  private final ReclaimBuffers buffers = new ReclaimBuffers();

  private final AtomicInteger requestedEvictions = new AtomicInteger();

  private @Nullable Sweep current;
  private boolean waitsForReaders;
  private long waitsSinceNanos;

  /**
   * A step over {@code pages}.
   *
   * @param lowWaterCount free pages below which another is given up
   * @param failedPages filled by the flush steps
   * @param isOutOfService whether the device with this number takes no writes any more
   */
  public ReclaimStep(
      List<Page> pages,
      FreePages freePages,
      int lowWaterCount,
      Queue<FailedPage> failedPages,
      IntPredicate isOutOfService,
      PageOwner owner,
      PageGeometry geometry,
      ReclaimListener listener,
      Clock clock) {
    this.pages = pages;
    this.freePages = freePages;
    this.lowWaterCount = lowWaterCount;
    this.failedPages = failedPages;
    this.isOutOfService = isOutOfService;
    this.owner = owner;
    this.geometry = geometry;
    this.listener = listener;
    this.clock = clock;
  }

  @Override
  public long run() {
    Sweep sweep = current;
    if (sweep == null) {
      return begin();
    }
    if (sweep.advance(owner, ENTRIES_PER_CALL)) {
      return RETRY_NANOS;
    }
    if (sweep.isDone()) {
      current = null;
      sweep.release();
      close(sweep.page(), sweep.reason());
    }
    return AT_ONCE;
  }

  private long begin() {
    FailedPage failed = failedPages.poll();
    if (failed != null) {
      begin(failed.page(), GiveUpReason.FAILED, DirectorySource.of(failed.directory()));
      return AT_ONCE;
    }
    List<PageSnapshot> snapshots = pages.stream().map(Page::snapshot).toList();
    VictimPolicy.Victim doomed = VictimPolicy.chooseDoomed(snapshots);
    if (doomed != null) {
      giveUp(pages.get(doomed.pageId()), doomed.reason());
      return AT_ONCE;
    }
    boolean requested = requestedEvictions.get() > 0;
    int freeCount = freePages.count();
    if (freeCount >= lowWaterCount && !requested) {
      waitsForReaders = false;
      return UNTIL_WOKEN;
    }
    if (freeCount + closingCount() >= lowWaterCount && !requested && maySoonBeFree()) {
      return RETRY_NANOS;
    }
    waitsForReaders = false;
    VictimPolicy.Victim victim =
        VictimPolicy.choose(requested ? snapshots : usable(snapshots), clock.unixSeconds());
    if (victim == null && requested && snapshots.stream().anyMatch(ReclaimStep::isBeingFilled)) {
      // The request stands until one of them is sealed, or has failed.
      listener.nothingSealed();
      return UNTIL_WOKEN;
    }
    requestedEvictions.set(0);
    if (victim == null) {
      return UNTIL_WOKEN;
    }
    giveUp(pages.get(victim.pageId()), victim.reason());
    return AT_ONCE;
  }

  /**
   * The pages that can be filled again. To give up one of a device out of service would make no
   * room, and what is on it can still be read.
   */
  private List<PageSnapshot> usable(List<PageSnapshot> snapshots) {
    return snapshots.stream().filter(page -> !isOutOfService.test(page.deviceIndex())).toList();
  }

  private static boolean isBeingFilled(PageSnapshot page) {
    return page.state() == PageState.OPEN && page.recordCount() > 0;
  }

  /** Has one page given up although free ones may be left. Any thread. */
  public void requestEviction() {
    requestedEvictions.set(1);
  }

  /** Whether the readers of closing pages may still be waited for. */
  private boolean maySoonBeFree() {
    long now = clock.nanos();
    if (!waitsForReaders) {
      waitsForReaders = true;
      waitsSinceNanos = now;
    }
    return now - waitsSinceNanos <= READER_PATIENCE_NANOS;
  }

  private int closingCount() {
    return (int)
        pages.stream()
            .filter(page -> page.state() == PageState.CLOSING)
            .filter(page -> !isOutOfService.test(page.deviceIndex()))
            .count();
  }

  private void giveUp(Page page, GiveUpReason reason) {
    page.beginGivingUp();
    if (reason == GiveUpReason.EMPTY && page.snapshot().liveCount() == 0) {
      close(page, reason);
      return;
    }
    try {
      begin(page, reason, SealedDirectory.read(page, geometry, buffers));
    } catch (IOException e) {
      listener.directoryFailed(page, e);
      owner.leaveUnread(page.id(), reason);
      close(page, reason);
    }
  }

  private void begin(Page page, GiveUpReason reason, DirectorySource directory) {
    page.beginGivingUp();
    current = new Sweep(page, reason, directory, geometry, buffers, listener);
  }

  private void close(Page page, GiveUpReason reason) {
    listener.closed(page, reason, page.close());
  }

  /** Bytes of memory the step has allocated. */
  public long allocatedBytes() {
    return buffers.allocatedBytes();
  }
}
