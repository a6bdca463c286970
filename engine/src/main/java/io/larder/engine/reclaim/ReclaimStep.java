package io.larder.engine.reclaim;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.write.FailedPage;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives pages up: failed ones at once, others ahead of need, when those of a free bucket run low.
 *
 * <p>For each page: no address may be pointed at it any more; its directory is read; its owner
 * leaves every record; then the page closes, and is free when its last lease returns.
 *
 * <p><b>Threads.</b> One at a time, as every step.
 */
public final class ReclaimStep implements Step {
  /*
   * A page counts for no later run from before its first record has been moved or dropped. So a store
   * that is stopped in order has a sweep come to its end, and begins none but those of failed pages.
   * Whoever ends it first says so and then looks whether one is under way; a run first says that one
   * may be and then looks whether the end was asked for.
   */

  private static final int ENTRIES_PER_CALL = 256;

  /** How long to wait when a rescue needs a flush to end, or a closing page its last reader. */
  private static final long RETRY_NANOS = 1_000_000;

  private final List<Page> pages;
  private final FreePages freePages;
  private final List<LowWater> waters;
  private final LowWater defaultWater;
  private final Queue<FailedPage> failedPages;
  private final IntPredicate isOutOfService;
  private final PageOwner owner;
  private final ReclaimLimits limits;
  private final PageGeometry geometry;
  private final ReclaimListener listener;
  private final Clock clock;
  private final ReclaimBuffers buffers = new ReclaimBuffers();

  private final AtomicInteger requestedEvictions = new AtomicInteger();
  private final NavigableMap<Integer, PageRequest> requestedPages = new ConcurrentSkipListMap<>();
  private final AtomicBoolean looksForDoomed = new AtomicBoolean();

  private volatile boolean isEnding;
  private volatile boolean mayBeSweeping;
  private boolean evicts = true;
  private @Nullable Sweep current;

  /**
   * A step over {@code pages}.
   *
   * @param failedPages filled by the flush steps
   * @param isOutOfService whether the device with this number takes no writes any more
   * @param limits asked whenever a page is chosen
   */
  public ReclaimStep(
      List<Page> pages,
      FreePages freePages,
      Queue<FailedPage> failedPages,
      IntPredicate isOutOfService,
      PageOwner owner,
      ReclaimLimits limits,
      PageGeometry geometry,
      ReclaimListener listener,
      Clock clock) {
    this.pages = pages;
    this.freePages = freePages;
    this.defaultWater = new LowWater(Bucket.DEFAULT, pages, isOutOfService);
    this.waters =
        pages.stream()
            .map(Page::freeBucket)
            .distinct()
            // What is moved to a last stop off a default page must find room there.
            .sorted(Comparator.comparing(Bucket::isLastStop).reversed())
            .map(bucket ->
                bucket == Bucket.DEFAULT
                    ? defaultWater
                    : new LowWater(bucket, pages, isOutOfService))
            .toList();
    this.failedPages = failedPages;
    this.isOutOfService = isOutOfService;
    this.owner = owner;
    this.limits = limits;
    this.geometry = geometry;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * From now on no page is given up ahead of need that holds a live record. Before the first run.
   */
  public void neverEvicts() {
    evicts = false;
  }

  /** From now on only pages that have failed are given up, beside the one under way. Any thread. */
  public void beginEnd() {
    isEnding = true;
  }

  /** Whether a page may be in the middle of being given up. Any thread. */
  public boolean mayBeSweeping() {
    return mayBeSweeping;
  }

  @Override
  public long run() {
    mayBeSweeping = true;
    long wait = runOn();
    mayBeSweeping = current != null;
    return wait;
  }

  private long runOn() {
    Sweep sweep = current;
    if (sweep == null) {
      return begin();
    }
    if (sweep.advance(owner, ENTRIES_PER_CALL)) {
      return RETRY_NANOS;
    }
    if (sweep.isDone()) {
      current = null;
      owner.left(sweep);
      sweep.release();
      close(sweep.page(), sweep.reason());
    }
    return AT_ONCE;
  }

  private long begin() {
    FailedPage failed = failedPages.poll();
    if (failed != null) {
      begin(
          failed.page(),
          GiveUpReason.FAILED,
          SweepScope.PLAIN,
          DirectorySource.of(failed.directory()));
      return AT_ONCE;
    }
    if (isEnding) {
      return UNTIL_WOKEN;
    }
    for (Map.Entry<Integer, PageRequest> next = requestedPages.pollFirstEntry();
        next != null;
        next = requestedPages.pollFirstEntry()) {
      if (begin(next.getValue())) {
        return AT_ONCE;
      }
    }
    // Lowered first, so that pages doomed during the look are looked for again.
    if (looksForDoomed.getAndSet(false)) {
      VictimPolicy.Victim doomed = VictimPolicy.chooseDoomed(snapshots());
      if (doomed != null) {
        looksForDoomed.set(true);
        giveUp(pages.get(doomed.pageId()), doomed.reason(), SweepScope.PLAIN);
        return AT_ONCE;
      }
    }
    if (requestedEvictions.get() > 0) {
      return evictAsRequested();
    }
    long wait = UNTIL_WOKEN;
    for (LowWater water : waters) {
      wait = Math.min(wait, relieve(water));
      if (wait == AT_ONCE) {
        return AT_ONCE;
      }
    }
    return wait;
  }

  /** Gives up one page of any device, although free ones may be left. */
  private long evictAsRequested() {
    List<PageSnapshot> snapshots = snapshots();
    VictimPolicy.Victim victim = VictimPolicy.choose(snapshots, clock.unixSeconds());
    if (victim == null && snapshots.stream().anyMatch(ReclaimStep::isBeingFilled)) {
      // The request stands until one of them is sealed, or has failed.
      listener.nothingSealed();
      return UNTIL_WOKEN;
    }
    requestedEvictions.set(0);
    if (victim == null) {
      return UNTIL_WOKEN;
    }
    giveUp(pages.get(victim.pageId()), victim.reason(), SweepScope.PLAIN);
    return AT_ONCE;
  }

  /** Gives up one page of a free bucket that runs low. */
  private long relieve(LowWater water) {
    // Counted first: to look at every page after every flush would cost more than the flush.
    int freeCount = freePages.count(water.freeBucket());
    int compactUnder = water.orAutomatic(limits.compactUnderPages());
    int evictUnder = evictUnder(water);
    int wantedCount = Math.max(compactUnder, evictUnder);
    if (freeCount >= wantedCount || !mattersNow(water)) {
      water.waitsNoMore();
      return UNTIL_WOKEN;
    }
    List<PageSnapshot> usable = usable(water.freeBucket());
    if (freeCount + closingCount(usable) >= wantedCount && water.hasPatience(clock.nanos())) {
      return RETRY_NANOS;
    }
    water.waitsNoMore();
    VictimPolicy.Victim victim =
        VictimPolicy.choose(
            usable,
            clock.unixSeconds(),
            freeCount < compactUnder ? limits.liveShareMax() : 0,
            freeCount < evictUnder);
    if (victim == null || (!evicts && victim.reason() == GiveUpReason.EVICTED)) {
      return UNTIL_WOKEN;
    }
    boolean isUnderDropLimit = freeCount < water.orAutomatic(limits.dropUnderPages());
    giveUp(
        pages.get(victim.pageId()),
        victim.reason(),
        new SweepScope(isUnderDropLimit, keptLastStops()));
    return AT_ONCE;
  }

  /**
   * With fewer free pages than this the oldest is given up: where there are none soon, and earlier
   * where something better than to lose it can become of what nobody has read.
   */
  private int evictUnder(LowWater water) {
    boolean isEarly = water == defaultWater && (limits.dropsUnread() || !keptLastStops().isEmpty());
    return isEarly
        ? Math.max(water.count(), water.orAutomatic(limits.dropUnderPages()))
        : water.count();
  }

  /**
   * Whether a bucket may soon find no page on the default devices either, on which it takes pages
   * when its own are full.
   */
  private boolean mattersNow(LowWater water) {
    return water == defaultWater
        || freePages.count(Bucket.DEFAULT)
            <= Math.max(defaultWater.count(), evictUnder(defaultWater) - 1);
  }

  private Set<Bucket> keptLastStops() {
    return waters.stream()
        .filter(LowWater::isInService)
        .map(LowWater::freeBucket)
        .filter(Bucket::isLastStop)
        .collect(Collectors.toSet());
  }

  private List<PageSnapshot> snapshots() {
    return pages.stream().map(Page::snapshot).toList();
  }

  /**
   * The pages that can be filled again by whom they are wanted for. To give up one of a device out
   * of service, or of a device kept for another bucket, would make no room for them.
   */
  private List<PageSnapshot> usable(Bucket freeBucket) {
    return pages.stream()
        .filter(page -> page.freeBucket() == freeBucket)
        .filter(page -> !isOutOfService.test(page.deviceIndex()))
        .map(Page::snapshot)
        .toList();
  }

  /** Begins with a page somebody has asked for, unless it has gone some other way. */
  private boolean begin(PageRequest request) {
    Page page = request.page;
    if (!page.isSealedIn(request.version)) {
      return false;
    }
    boolean isEmpty = page.snapshot().liveCount() == 0;
    giveUp(page, isEmpty ? GiveUpReason.EMPTY : request.reason, SweepScope.PLAIN);
    return true;
  }

  private static int closingCount(List<PageSnapshot> pages) {
    return (int) pages.stream().filter(page -> page.state() == PageState.CLOSING).count();
  }

  private static boolean isBeingFilled(PageSnapshot page) {
    return page.state() == PageState.OPEN && page.recordCount() > 0;
  }

  /** Has one page given up although free ones may be left. Any thread. */
  public void requestEviction() {
    requestedEvictions.set(1);
  }

  /**
   * Has this page given up in the life it lives now. Any thread.
   *
   * @return false when it does not live that life, is still being filled, or is leaving already
   */
  public boolean request(Page page, long version, GiveUpReason reason) {
    if (!page.isSealedIn(version)) {
      return false;
    }
    requestedPages.put(page.id(), new PageRequest(page, version, reason));
    return true;
  }

  private record PageRequest(Page page, long version, GiveUpReason reason) {}

  /** Has every page that is doomed by now given up. Any thread. */
  public void requestDoomed() {
    looksForDoomed.set(true);
  }

  private void giveUp(Page page, GiveUpReason reason, SweepScope scope) {
    listener.givingUp(page);
    page.beginGivingUp();
    if (reason == GiveUpReason.EMPTY && page.snapshot().liveCount() == 0) {
      close(page, reason);
      return;
    }
    try {
      begin(page, reason, scope, SealedDirectory.read(page, geometry, buffers, listener));
    } catch (IOException e) {
      listener.directoryFailed(page, e);
      owner.leaveUnread(page.id(), reason);
      close(page, reason);
    }
  }

  private void begin(Page page, GiveUpReason reason, SweepScope scope, DirectorySource directory) {
    page.beginGivingUp();
    current = new Sweep(page, reason, scope, directory, geometry, buffers, listener);
  }

  private void close(Page page, GiveUpReason reason) {
    listener.closed(page, reason, page.close());
  }

  /** How many free default pages are kept ahead of need; what automatic limits stand for. */
  public int lowWaterCount() {
    return defaultWater.count();
  }

  /** Bytes of memory the step has allocated. */
  public long allocatedBytes() {
    return buffers.allocatedBytes();
  }
}
