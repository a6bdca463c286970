package io.larder.engine;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageRestorer;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageState;
import io.larder.engine.read.PageReadListener;
import io.larder.engine.read.ReadBuffers;
import io.larder.engine.reclaim.ReclaimListener;
import io.larder.engine.reclaim.ReclaimStep;
import io.larder.engine.restart.CourteousStep;
import io.larder.engine.restart.PageCut;
import io.larder.engine.restart.Persistence;
import io.larder.engine.restart.RestoreListener;
import io.larder.engine.restart.RestoreProgress;
import io.larder.engine.restart.RestoreStep;
import io.larder.engine.restart.RestoreStep.KeptPageOf;
import io.larder.engine.restart.StoreStart;
import io.larder.engine.restart.StoreStart.KeptPage;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateFile;
import io.larder.engine.state.StateLog;
import io.larder.engine.stats.DeviceStats;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.stats.EngineStats;
import io.larder.engine.write.BucketWriter;
import io.larder.engine.write.DirectWrite;
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
import io.larder.platform.device.Device;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Wakeup;
import io.larder.platform.work.Work;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flash tier's bytes and addresses: devices cut into pages that are filled front to back
 * through write buffers, read under leases, and given up whole. It knows no keys and no items.
 *
 * <p>Life: {@link #open} cuts the devices; {@link #start} starts two flush steps per device and one
 * reclaim step; records are reserved, written and committed, leased and read, forgotten; {@link
 * #close} gives the memory back after the steps have been stopped and every read has ended. The
 * devices stay the caller's.
 *
 * <p><b>Threads.</b> Any thread may call any method. Lock order: the owner's locks, then bucket,
 * page, engine.
 */
public final class PageStore implements AutoCloseable {
  /*
   * Who may point at a page. The owner keeps addresses (page, offset) in an index of its own and
   * may keep one only while the page lives. The store therefore never frees a page by itself: it
   * marks it as leaving, asks the owner to leave every record in the page's directory, and only
   * then closes it. An address found in the index under the owner's lock is thus always good for a
   * lease, and a version is needed only where an address is kept outside the index.
   */

  private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

  /**
   * To look into an index takes longer than to read what is to be put there: two at once, at least.
   */
  private static final int RESTORE_STEP_COUNT_MIN = 2;

  private final PageGeometry geometry;
  private final StoreStart start;
  private final StateLog state;
  private final RestoreProgress restore;
  private final List<Device> devices;
  private final List<Bucket> freeBuckets;
  private final List<Page> pages;
  private final FreePages freePages;
  private final WriteBuffers buffers;
  private final DirectoryChunks chunks;
  private final FlushQueues flushes;
  private final List<BucketWriter> writers = new ArrayList<>();
  private final DeviceHealth health;
  private final EngineStats stats = new EngineStats();
  private final List<DeviceStats> deviceStats;
  private final Queue<FailedPage> failedPages = new ConcurrentLinkedQueue<>();
  private final AtomicLong lentReadBytes = new AtomicLong();
  private final AtomicLong progress = new AtomicLong();
  private final Arena arena = Arena.ofShared();
  private final PageReadListener readListener = new Reads();
  private final Clock clock;
  private volatile @Nullable ReclaimStep reclaim;
  private volatile Wakeup reclaimWakeup = () -> {};
  private boolean evicts = true;
  private volatile Wakeup ownerWakeup = () -> {};

  private PageStore(PageStoreConfig config, List<Device> devices, Clock clock, StoreStart start) {
    this.clock = clock;
    this.geometry = PageGeometry.of(config.pageBytes());
    this.devices = List.copyOf(devices);
    this.start = start;
    this.state = start.state();
    this.pages = pages(devices, config, start);
    this.restore = new RestoreProgress(start.kept().size(), start.missingPageCount(), clock);
    for (KeptPage kept : start.kept()) {
      pages.get(kept.pageId()).liveOn(kept.version());
    }
    this.freePages =
        new FreePages(pages.stream().filter(page -> page.state() == PageState.FREE).toList());
    this.buffers = new WriteBuffers(arena, config.writeBufferBytes(), config.writeBufferCount());
    this.chunks = new DirectoryChunks(arena);
    this.flushes = new FlushQueues(devices.size());
    this.freeBuckets = IntStream.range(0, devices.size()).mapToObj(config::freeBucketOf).toList();
    this.health = new DeviceHealth(freeBuckets);
    this.deviceStats = devices.stream().map(_ -> new DeviceStats()).toList();
    WriteShared shared =
        new WriteShared(
            geometry,
            start.identity(),
            freePages,
            buffers,
            chunks,
            flushes,
            new Versions(start.latestVersion(), state),
            stats,
            clock);
    for (Bucket bucket : Bucket.values()) {
      // The last free page is compaction's.
      int keptForOthers = bucket.isForRescues() ? 0 : 1;
      writers.add(new BucketWriter(bucket, keptForOthers, shared));
    }
  }

  /**
   * Cuts devices into free pages.
   *
   * @param devices at least one; the default ones together at least {@link
   *     PageStoreConfig#PAGE_COUNT_MIN} pages, those kept for a bucket at least {@link
   *     PageStoreConfig#PAGE_COUNT_KEPT_MIN}
   */
  public static PageStore open(PageStoreConfig config, List<Device> devices, Clock clock) {
    return open(config, devices, clock, 0);
  }

  /**
   * As above, for a store whose pages have lived before.
   *
   * @param latestVersion the highest version that any page may ever have had
   */
  static PageStore open(
      PageStoreConfig config, List<Device> devices, Clock clock, long latestVersion) {
    check(config, devices);
    return open(
        config,
        devices,
        clock,
        StoreStart.forgetful(config.identity(), devices, config.pageBytes(), latestVersion));
  }

  private static void check(PageStoreConfig config, List<Device> devices) {
    List<String> problems = config.problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    if (!config.freeBuckets().isEmpty() && config.freeBuckets().size() != devices.size()) {
      throw new IllegalArgumentException(
          config.freeBuckets().size() + " buckets for " + devices.size() + " devices");
    }
  }

  /**
   * As above, for a store that outlives its process: what an earlier run has left is found again
   * once the background work has been started.
   *
   * @throws IOException when the state file cannot be begun, and the one before cannot be removed
   */
  public static PageStore open(
      PageStoreConfig config, List<Device> devices, Clock clock, Persistence persistence)
      throws IOException {
    check(config, devices);
    return open(
        config,
        devices,
        clock,
        StoreStart.of(config.identity(), devices, config.pageBytes(), persistence));
  }

  private static PageStore open(
      PageStoreConfig config, List<Device> devices, Clock clock, StoreStart start) {
    return new PageStore(config, devices, clock, start);
  }

  /**
   * Lets no record be lost to make room: only pages that are empty or whose every record has
   * expired are given up ahead of need. Called before the start.
   */
  public void neverEvicts() {
    evicts = false;
  }

  /**
   * Starts the background work; once.
   *
   * @param owner asked to leave the records of a page before it is given up
   */
  public void start(Work work, PageOwner owner) {
    start(work, owner, ReclaimLimits.NONE);
  }

  /**
   * As above.
   *
   * @param limits asked whenever a page is chosen to be given up
   */
  public void start(Work work, PageOwner owner, ReclaimLimits limits) {
    if (!start.kept().isEmpty()) {
      throw new IllegalStateException("pages live on, and nobody is there to be shown them");
    }
    startSteps(work, owner, limits);
  }

  /**
   * As above, and shows {@code restorer} every record of the pages that live on, in the background:
   * the newest pages first, all devices at once.
   */
  public void start(Work work, PageOwner owner, ReclaimLimits limits, PageRestorer restorer) {
    startSteps(work, owner, limits);
    SavedState saved = start.saved();
    if (saved == null || start.kept().isEmpty()) {
      restorer.restored();
      return;
    }
    for (int i = 0; i < devices.size(); i++) {
      int device = i;
      Queue<KeptPageOf> waiting =
          start.kept().stream()
              .map(kept ->
                  new KeptPageOf(pages.get(kept.pageId()), kept.savedPageId(), kept.version()))
              .filter(kept -> kept.page().deviceIndex() == device)
              .sorted(Comparator.comparingLong(KeptPageOf::version).reversed())
              .collect(Collectors.toCollection(ConcurrentLinkedQueue::new));
      int stepCount =
          Math.min(waiting.size(), Math.ceilDiv(RESTORE_STEP_COUNT_MIN, devices.size()));
      for (int step = 0; step < stepCount; step++) {
        var _ =
            work.start(
                "restore-" + (i + step * devices.size()),
                new CourteousStep(
                    new RestoreStep(
                        waiting,
                        saved,
                        start.identity(),
                        geometry,
                        restorer,
                        state,
                        restore,
                        new Restores(),
                        chunks,
                        clock),
                    restorer::requestCount,
                    clock));
      }
    }
  }

  private void startSteps(Work work, PageOwner owner, ReclaimLimits limits) {
    if (state instanceof StateFile file) {
      file.wakes(work.start("state", file.step()));
    }
    ReclaimStep step =
        new ReclaimStep(
            pages,
            freePages,
            failedPages,
            health::isOut,
            owner,
            limits,
            geometry,
            new Reclaims(),
            clock);
    if (!evicts) {
      step.neverEvicts();
    }
    reclaim = step;
    reclaimWakeup = work.start("reclaim", step);
    for (int i = 0; i < devices.size(); i++) {
      WritesUnderWay underWay = new WritesUnderWay(flushes, i);
      List<FlushStep> steps = new ArrayList<>();
      List<Wakeup> wakeups = new ArrayList<>();
      Wakeup one = () -> FlushStep.wakeOneOf(steps, wakeups);
      for (int beside = 0; beside < WritesUnderWay.COUNT_MAX; beside++) {
        FlushStep flush = new FlushStep(underWay, writers, new Flushes(), clock);
        flush.wakesOthers(one);
        steps.add(flush);
        wakeups.add(work.start("flush-" + (i + beside * devices.size()), flush));
      }
      flushes.wakes(i, one);
    }
  }

  private static List<Page> pages(List<Device> devices, PageStoreConfig config, StoreStart start) {
    List<Page> pages = new ArrayList<>();
    for (int id = 0; id < start.pages().size(); id++) {
      PageCut cut = start.pages().get(id);
      int i = cut.deviceIndex();
      long offset = (long) cut.row() * config.pageBytes();
      pages.add(
          new Page(id, i, config.freeBucketOf(i), devices.get(i), offset, start.sites().get(id)));
    }
    checkPageCounts(pages, config);
    return List.copyOf(pages);
  }

  private static void checkPageCounts(List<Page> pages, PageStoreConfig config) {
    for (Bucket freeBucket : Bucket.values()) {
      boolean isDefault = freeBucket == Bucket.DEFAULT;
      long count = pages.stream().filter(page -> page.freeBucket() == freeBucket).count();
      int countMin =
          isDefault ? PageStoreConfig.PAGE_COUNT_MIN : PageStoreConfig.PAGE_COUNT_KEPT_MIN;
      if (count < countMin && (isDefault || config.freeBuckets().contains(freeBucket))) {
        throw new IllegalArgumentException(
            "the "
                + freeBucket.word()
                + " devices hold "
                + count
                + " pages of "
                + config.pageBytes()
                + " bytes, fewer than "
                + countMin);
      }
    }
  }

  /** Takes the notes that outlive the process. */
  public StateLog state() {
    return state;
  }

  /** What was noted by the run before, or null if nothing of it counts. */
  public @Nullable SavedState saved() {
    return start.saved();
  }

  /** What page headers say; of a store that lives on what it was made with. */
  public StoreIdentity identity() {
    return start.identity();
  }

  /** Why nothing lives on, in words that follow "starts empty: "; empty when something may. */
  public String whyEmpty() {
    return start.whyEmpty();
  }

  /** How far the store has got in finding its records again. */
  public RestoreProgress restore() {
    return restore;
  }

  /** How many records live on, by the look of some pages; reads a few blocks of the devices. */
  public long estimateKeptRecords() {
    return start.estimateRecords(devices, geometry.pageBytes());
  }

  /** The sizes all pages share. */
  public PageGeometry geometry() {
    return geometry;
  }

  /** Pages of all devices; their ids are 0 to this. */
  public int pageCount() {
    return pages.size();
  }

  /** Pages of the devices that are kept for {@code freeBucket}. */
  public int pageCount(Bucket freeBucket) {
    return (int) pages.stream().filter(page -> page.freeBucket() == freeBucket).count();
  }

  /** Whether a device that takes writes is kept for {@code bucket}. */
  public boolean isKept(Bucket bucket) {
    for (int i = 0; i < freeBuckets.size(); i++) {
      if (freeBuckets.get(i) == bucket && !health.isOut(i)) {
        return true;
      }
    }
    return false;
  }

  /** How many free pages are kept ahead of need; 0 before the start. */
  public int lowWaterPages() {
    ReclaimStep step = reclaim;
    return step == null ? 0 : step.lowWaterCount();
  }

  /** Largest record that can be written. */
  public int recordBytesMax() {
    return geometry.recordBytesMax();
  }

  /**
   * Largest record that {@link #reserve} takes; a larger one is written {@link #reserveDirect
   * directly}.
   */
  public int bufferedRecordBytesMax() {
    return geometry.bufferedRecordBytesMax(buffers.bufferBytes());
  }

  /**
   * Records from here on are better written {@link #reserveDirect directly}: to copy them through a
   * write buffer costs more than the shortened buffer before them.
   */
  public int directRecordBytesMin() {
    return Math.max(buffers.bufferBytes() / 4, 2 * PageGeometry.BLOCK_BYTES);
  }

  /** Whom to wake when a write buffer or a page has become free. */
  public void wakes(Wakeup wakeup) {
    ownerWakeup = wakeup;
  }

  /** Grows whenever a write buffer or a page has become free. */
  public long progress() {
    return progress.get();
  }

  /**
   * Takes room for one record; see {@link BucketWriter#reserve}.
   *
   * @param lengthBytes without padding, at least 1; more than {@link #bufferedRecordBytesMax} is
   *     too large
   */
  public ReserveOutcome reserve(Bucket bucket, int lengthBytes, long keyHash, Reservation into) {
    if (health.areAllOut(bucket)) {
      return ReserveOutcome.OUT_OF_SERVICE;
    }
    return answer(writers.get(bucket.ordinal()).reserve(lengthBytes, keyHash, into));
  }

  /** Has done what has to be done before the next try can end better. */
  private ReserveOutcome answer(ReserveOutcome outcome) {
    if (outcome == ReserveOutcome.NO_PAGE) {
      reclaimWakeup.wake();
    } else if (outcome == ReserveOutcome.NO_BUFFER && buffers.areAllTaken() && flushes.areEmpty()) {
      // Every buffer is being filled by a bucket that may never be written to again.
      writers.stream()
          .min(Comparator.comparingLong(BucketWriter::fillingTurn))
          .ifPresent(BucketWriter::flushShort);
    }
    return outcome;
  }

  /**
   * Ends a reservation whose bytes have been written.
   *
   * @param countedBytes what the record counts for in its page, and again in {@link #forget}
   * @return false when the page failed meanwhile: the record is nowhere
   */
  public boolean commit(Reservation reservation, int countedBytes, long expirySeconds) {
    reservation.requireOpen();
    Page page = pages.get(reservation.pageId());
    boolean counted = page.commit(reservation.pageVersion(), countedBytes, expirySeconds);
    if (counted) {
      countRecord(reservation.lengthBytes());
    }
    reservation.commit(flushes);
    return counted;
  }

  private void countRecord(int lengthBytes) {
    stats.increment(EngineCounter.RECORDS_WRITTEN);
    stats.add(EngineCounter.RECORD_BYTES_WRITTEN, geometry.padded(lengthBytes));
    stats.add(EngineCounter.UNPADDED_BYTES_WRITTEN, lengthBytes);
  }

  /**
   * Ends a reservation that will hold no record. It counts nowhere, its room stays empty until the
   * page is given up, and nobody is ever asked to leave it.
   *
   * @param fillerBytes what the caller has written to the front of the room for whoever scans the
   *     page, at most the length reserved; the rest becomes zero
   */
  public void abandon(Reservation reservation, int fillerBytes) {
    reservation.abandon(fillerBytes, flushes);
  }

  /** Takes room for one large record; see {@link BucketWriter#reserveDirect}. */
  public ReserveOutcome reserveDirect(Bucket bucket, long keyHash, DirectWrite write) {
    if (health.areAllOut(bucket)) {
      return ReserveOutcome.OUT_OF_SERVICE;
    }
    return answer(writers.get(bucket.ordinal()).reserveDirect(keyHash, write));
  }

  /**
   * Has a reserved large record written. It counts in its page from now on, so that the page's
   * trailer knows its expiry; {@link #forgetIfAlive} takes it out again if nothing comes to point
   * at it.
   *
   * @param countedBytes what the record counts for in its page, and again when it is forgotten
   */
  public void commitDirect(DirectWrite write, int countedBytes, long expirySeconds) {
    write.requireOpen();
    Page page = pages.get(write.pageId());
    if (page.commit(write.pageVersion(), countedBytes, expirySeconds)) {
      countRecord(write.lengthBytes());
      // Until something points at it, what it is to replace counts, and not this.
      state.tombstone(write.pageId(), write.pageVersion(), write.offsetUnits());
    }
    write.commit(flushes);
  }

  /**
   * As {@link #abandon}, for a large record. Its memory is the caller's again at once; the write
   * itself is pending until its first block is on the device.
   *
   * @param fillerBytes what the caller has left at the front of {@link DirectWrite#firstBlock}
   */
  public void abandonDirect(DirectWrite write, int fillerBytes) {
    write.abandon(fillerBytes, flushes);
  }

  /**
   * A large record has arrived and an address is about to point at it. Before that it counts in its
   * page, but a later run would not find it: what it replaces is good until now.
   */
  public void pointedAt(DirectWrite write) {
    state.revive(write.pageId(), write.pageVersion(), write.offsetUnits());
  }

  /**
   * No address points at a record any more, or will in a moment. The page lives, for an address
   * pointed at it. The record gets its tombstone, so that no later run finds it.
   */
  public void forget(int pageId, int offsetUnits, int countedBytes) {
    bury(pageId, pages.get(pageId).forget(countedBytes), offsetUnits);
  }

  /** As {@link #forget}, for an address kept elsewhere, whose page may have moved on. */
  public void forgetIfAlive(
      int pageId, int offsetUnits, long versionBits, long versionMask, int countedBytes) {
    long version = pages.get(pageId).forgetIfAlive(versionBits, versionMask, countedBytes);
    bury(pageId, version, offsetUnits);
  }

  private void bury(int pageId, long version, int offsetUnits) {
    if (version != 0) {
      state.tombstone(pageId, version, offsetUnits);
    }
  }

  /**
   * As above, for several records of one page at once, without a tombstone for any of them: for an
   * owner that keeps nothing across restarts.
   *
   * @param countedBytes what all of them counted for together
   * @return false when the page has moved on, and there was nothing left to forget
   */
  public boolean forgetSeveral(
      int pageId, long versionBits, long versionMask, int recordCount, long countedBytes) {
    return pages.get(pageId).forgetIfAlive(versionBits, versionMask, recordCount, countedBytes)
        != 0;
  }

  /** Whether an address kept outside the index may be pointed at again. */
  public boolean isAlive(int pageId, long versionBits, long versionMask) {
    return pages.get(pageId).livesOn(versionBits, versionMask);
  }

  /** The page with this id; lease it before reading. */
  public Page page(int pageId) {
    return pages.get(pageId);
  }

  /** A pool of read buffers for one owner thread. */
  public ReadBuffers newReadBuffers() {
    return new ReadBuffers(lentReadBytes);
  }

  /** Bytes of read buffers that are lent out, over all owners. */
  public long lentReadBytes() {
    return lentReadBytes.get();
  }

  /** Who is to hear how reads end. */
  public PageReadListener readListener() {
    return readListener;
  }

  public EngineStats stats() {
    return stats;
  }

  /** Starts every counter at 0 again, those of the devices too. */
  public void resetCounters() {
    stats.reset();
    deviceStats.forEach(DeviceStats::reset);
  }

  /** The store at this moment. */
  public StoreSnapshot snapshot() {
    List<StoreSnapshot.DeviceSnapshot> deviceSnapshots = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      deviceSnapshots.add(
          new StoreSnapshot.DeviceSnapshot(
              devices.get(i).name(),
              devices.get(i).sizeBytes(),
              freeBuckets.get(i),
              health.isOut(i),
              deviceStats.get(i).counts()));
    }
    return new StoreSnapshot(
        geometry.pageBytes(),
        freePages.count(),
        pages.stream().map(Page::snapshot).toList(),
        deviceSnapshots,
        new StoreSnapshot.MemorySnapshot(
            buffers.allocatedCount(),
            buffers.idleCount(),
            chunks.allocatedCount(),
            chunks.idleCount()),
        offHeapBytes(),
        stats.writeAmplification());
  }

  private long offHeapBytes() {
    ReclaimStep step = reclaim;
    return buffers.allocatedBytes()
        + chunks.allocatedBytes()
        + (step == null ? 0 : step.allocatedBytes());
  }

  /**
   * Gives up the oldest page, although free ones may be left; in the background. Where no page is
   * sealed yet the open ones are sealed first.
   */
  public void requestEviction() {
    ReclaimStep step = reclaim;
    if (step != null) {
      step.requestEviction();
      reclaimWakeup.wake();
    }
  }

  /**
   * Gives one page up as if it were the oldest: what its owner wants to keep is moved, and the rest
   * counts as evicted; in the background.
   *
   * @return false when the page does not live that life, is still being filled, or is leaving
   */
  public boolean requestEvictionOf(int pageId, long version) {
    return request(pageId, version, GiveUpReason.EVICTED);
  }

  /**
   * Gives one page up on which nothing is wanted any more: its owner leaves every record, and none
   * is moved; in the background.
   *
   * @return false when the page does not live that life, is still being filled, or is leaving
   */
  public boolean requestClosing(int pageId, long version) {
    return request(pageId, version, GiveUpReason.EXPIRED);
  }

  private boolean request(int pageId, long version, GiveUpReason reason) {
    ReclaimStep step = reclaim;
    boolean taken = step != null && step.request(pages.get(pageId), version, reason);
    if (taken) {
      reclaimWakeup.wake();
    }
    return taken;
  }

  /** Looks now whether pages have to be given up; reclaim does so by itself after every flush. */
  public void maintain() {
    reclaimWakeup.wake();
  }

  /** Gives up every page sealed by now, reading no more than directories; in the background. */
  public void requestEvictionOfSealed() {
    pages.forEach(Page::doomIfSealed);
    ReclaimStep step = reclaim;
    if (step != null) {
      step.requestDoomed();
      reclaimWakeup.wake();
    }
  }

  /** Sends what is in write buffers to the devices and seals the open pages, in the background. */
  public void finish() {
    writers.forEach(BucketWriter::finish);
  }

  /**
   * From now on no page is given up that has not failed; one that is being given up is left by all
   * its records yet. In the background, until {@link #isReclaiming} is false.
   */
  public void endReclaim() {
    ReclaimStep step = reclaim;
    if (step != null) {
      step.beginEnd();
    }
  }

  /** Whether a page may be in the middle of being given up. */
  public boolean isReclaiming() {
    ReclaimStep step = reclaim;
    return step != null && step.mayBeSweeping();
  }

  /** Whether nothing is waiting to be written. */
  public boolean isQuiet() {
    return flushes.areEmpty() && failedPages.isEmpty();
  }

  /**
   * Notes that everything there is has been written: a later run may trust it even after the
   * machine was restarted. Nothing changes any more; the last thing before the end.
   */
  public void endedCleanly() {
    state.endedCleanly();
  }

  /** Gives the memory back. The steps have been stopped and no read is in flight. */
  @Override
  public void close() {
    if (state instanceof StateFile file) {
      file.close();
    }
    arena.close();
  }

  private void progressed() {
    progress.incrementAndGet();
    ownerWakeup.wake();
  }

  private void free(Page page) {
    stats.increment(EngineCounter.PAGE_RECLAIMS);
    if (!health.isOut(page.deviceIndex())) {
      freePages.give(page);
    }
    progressed();
  }

  private String nameOf(int deviceIndex) {
    return devices.get(deviceIndex).name();
  }

  private final class Reads implements PageReadListener {
    @Override
    public void readFromBuffer(int bytes) {
      stats.increment(EngineCounter.BUFFER_READS);
    }

    @Override
    public void readShared(int bytes) {
      stats.increment(EngineCounter.SHARED_READS);
    }

    @Override
    public void readFromDevice(int deviceIndex, int bytes, long tookNanos) {
      deviceStats.get(deviceIndex).read(bytes, tookNanos);
      stats.increment(EngineCounter.DEVICE_READS);
      stats.add(EngineCounter.DEVICE_BYTES_READ, bytes);
    }

    @Override
    public long nowNanos() {
      return clock.nanos();
    }

    @Override
    public void readFailed(int deviceIndex) {
      deviceStats.get(deviceIndex).readRefused();
      stats.increment(EngineCounter.READ_ERRORS);
    }

    @Override
    public void lastLeaseReturned(Page page) {
      free(page);
    }
  }

  private final class Restores implements RestoreListener {
    @Override
    public void read(int deviceIndex, int bytes) {
      deviceStats.get(deviceIndex).reclaimRead(bytes);
    }

    @Override
    public void written(int deviceIndex, int bytes) {
      stats.increment(EngineCounter.DEVICE_WRITES);
      stats.add(EngineCounter.DEVICE_BYTES_WRITTEN, bytes);
      deviceStats.get(deviceIndex).wrote(bytes, 0);
    }

    @Override
    public void readFailed(int deviceIndex) {
      stats.increment(EngineCounter.READ_ERRORS);
      deviceStats.get(deviceIndex).readRefused();
    }

    @Override
    public void writeFailed(int deviceIndex) {
      stats.increment(EngineCounter.WRITE_ERRORS);
      deviceStats.get(deviceIndex).writeRefused();
    }

    @Override
    public void pageRestored(Page page) {
      ReclaimStep step = reclaim;
      if (step != null && page.isDoomed()) {
        // It could not be given up before, and was passed over.
        step.requestDoomed();
      }
      reclaimWakeup.wake();
    }

    @Override
    public void allRestored() {
      SavedState saved = start.saved();
      if (saved != null) {
        saved.release();
      }
      RestoreProgress.RestoreSnapshot done = restore.snapshot();
      LOG.info(
          "{} records found again on {} pages in {} ms",
          done.recordCount(),
          done.pageCount(),
          done.tookNanos() / 1_000_000);
    }
  }

  private final class Flushes implements FlushListener {
    @Override
    public void lifeBegan(Page page, long version) {
      state.mark(page.id(), version);
    }

    @Override
    public void failing(Page page) {
      state.mark(page.id(), 0);
    }

    @Override
    public void flushed(Page page, int bytes, long tookNanos) {
      health.wrote(page.deviceIndex());
      deviceStats.get(page.deviceIndex()).wrote(bytes, tookNanos);
      stats.increment(EngineCounter.DEVICE_WRITES);
      stats.add(EngineCounter.DEVICE_BYTES_WRITTEN, bytes);
      stats.add(EngineCounter.DEVICE_WRITE_NANOS, tookNanos);
      reclaimWakeup.wake();
      progressed();
    }

    @Override
    public void failed(Page page) {
      stats.increment(EngineCounter.PAGE_FAILURES);
    }

    @Override
    public void refused(Page page, IOException why) {
      stats.increment(EngineCounter.WRITE_ERRORS);
      deviceStats.get(page.deviceIndex()).writeRefused();
      LOG.warn(
          "{} refused a write, its page is given up: {}",
          nameOf(page.deviceIndex()),
          why.toString());
      if (health.refusedWrite(page.deviceIndex())) {
        freePages.remove(page.deviceIndex());
        LOG.error(
            "{} refused {} writes in a row and gets no more; what is on it can still be read",
            nameOf(page.deviceIndex()),
            DeviceHealth.REFUSED_IN_A_ROW_MAX);
      }
    }

    @Override
    public void abandoned(FailedPage failed) {
      failedPages.add(failed);
      reclaimWakeup.wake();
      progressed();
    }
  }

  private final class Reclaims implements ReclaimListener {
    @Override
    public void givingUp(Page page) {
      state.mark(page.id(), 0);
    }

    @Override
    public void rescued(int bytes) {
      stats.increment(EngineCounter.RECORDS_RESCUED);
      stats.add(EngineCounter.BYTES_RESCUED, bytes);
    }

    @Override
    public void read(int deviceIndex, int bytes) {
      deviceStats.get(deviceIndex).reclaimRead(bytes);
    }

    @Override
    public void readFailed(int deviceIndex, IOException why) {
      deviceStats.get(deviceIndex).readRefused();
      stats.increment(EngineCounter.READ_ERRORS);
    }

    @Override
    public void directoryFailed(Page page, IOException why) {
      deviceStats.get(page.deviceIndex()).readRefused();
      stats.increment(EngineCounter.DIRECTORY_FAILURES);
      LOG.warn("giving up {} by a scan of the index: {}", page, why.toString());
    }

    @Override
    public void nothingSealed() {
      finish();
    }

    @Override
    public void closed(Page page, GiveUpReason reason, boolean isFree) {
      if (reason == GiveUpReason.EVICTED) {
        stats.increment(EngineCounter.PAGE_EVICTIONS);
      } else if (reason == GiveUpReason.COMPACTED) {
        stats.increment(EngineCounter.PAGE_COMPACTIONS);
      }
      if (isFree) {
        free(page);
      }
    }
  }
}
