package io.larder.cache;

import io.larder.cache.index.Index;
import io.larder.cache.index.KeyHash;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.model.Crawler;
import io.larder.cache.model.TierListener;
import io.larder.cache.model.Tunables;
import io.larder.cache.ram.RamBudget;
import io.larder.cache.ram.RamLog;
import io.larder.cache.session.CacheSession;
import io.larder.cache.session.SessionSettings;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.ClassSnapshot;
import io.larder.cache.stats.CounterSet;
import io.larder.cache.stats.SizesSnapshot;
import io.larder.cache.stats.SlabClasses;
import io.larder.cache.tier.ClockStep;
import io.larder.cache.tier.CrawlStep;
import io.larder.cache.tier.DemoteStep;
import io.larder.cache.tier.Inventory;
import io.larder.cache.tier.LifeBands;
import io.larder.cache.tier.PageLeaver;
import io.larder.cache.tier.RecordRestorer;
import io.larder.cache.tier.RescuePolicy;
import io.larder.cache.tier.TierSettings;
import io.larder.cache.tier.Tiers;
import io.larder.cache.tier.WriteBudget;
import io.larder.engine.PageStore;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.model.Bucket;
import io.larder.engine.restart.Persistence;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateFile;
import io.larder.engine.state.StateSnapshot;
import io.larder.engine.state.StateValue;
import io.larder.engine.stats.EngineCounter;
import io.larder.platform.device.Device;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.time.Clock;
import io.larder.platform.time.HeldClock;
import io.larder.platform.work.Wakeup;
import io.larder.platform.work.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A cache over two tiers: items in RAM, and on flash what RAM has no room for.
 *
 * <p>Life: {@link #open}, a {@link #newSession session} for each thread that asks, then the
 * sessions are closed, the background work is stopped, and {@link #close} gives the memory back.
 * Devices, clock and work stay the caller's.
 *
 * <p><b>Threads.</b> Any thread may call any method; a session belongs to one.
 */
public final class Cache implements AutoCloseable {
  /** Bytes of flash reads in flight, over all sessions. */
  private static final long READ_BYTES_MAX = 64 << 20;

  private volatile CacheConfig config;
  private final Tunables tunables;
  private final RamBudget budget;
  private final Tiers tiers;
  private final SessionSettings sessionSettings;
  private final DemoteStep demote;
  private final Wakeup demotion;
  private final CrawlStep crawler;
  private final @Nullable PageLeaver leaver;
  private final List<CounterSet> counterSets = new CopyOnWriteArrayList<>();
  private volatile Map<CacheCounter, Long> resetAt = Map.of();

  private Cache(
      CacheConfig config,
      @Nullable PageStore flash,
      Clock clock,
      Work work,
      KeyHash keyHash,
      Supplier<TierListener> listeners) {
    this.config = config;
    this.tunables =
        new Tunables(config.flashItemBytesMin(), config.lowTtl().toSeconds(), config.recacheRate());
    int unitBytes = config.segmentBytes();
    int unitCount = (int) (config.ramBytes() / unitBytes);
    PageStoreConfig flashConfig = config.flash();
    int placeOfSegments = flash == null ? 1 : flash.pageCount();
    if (placeOfSegments + unitCount > Slot.PLACE_COUNT_MAX) {
      throw new IllegalArgumentException(
          placeOfSegments
              + " pages and "
              + unitCount
              + " segments are more than "
              + Slot.PLACE_COUNT_MAX
              + " places: make the pages larger");
    }
    this.budget =
        new RamBudget(
            unitBytes,
            unitCount,
            Slot.PLACE_COUNT_MAX - placeOfSegments,
            RamLog.unitCountMin(config.itemBytesMax(), unitBytes));
    Index index =
        new Index(unitBytes, budget::takeForIndex, expectedItems(config, flash), placeOfSegments);
    // A record that shares a segment goes to flash through a write buffer, so it has to fit one.
    RamLog ram = new RamLog(budget, flash == null ? unitBytes : flash.bufferedRecordBytesMax());
    this.tiers = new Tiers(index, ram, flash, keyHash, clock, placeOfSegments);
    this.sessionSettings =
        new SessionSettings(config.itemBytesMax(), tunables, READ_BYTES_MAX, config.evicts());
    LifeBands bands =
        flash == null || flashConfig == null
            ? new LifeBands(tunables, 0, 0)
            : new LifeBands(
                tunables, flash.pageCount(Bucket.DEFAULT), flashConfig.writeBufferCount());
    TierSettings tierSettings =
        new TierSettings(tunables, bands, config.maxWait().toNanos(), config.evicts());
    WriteBudget writeBudget =
        new WriteBudget(
            config.writeBudgetBytesPerSecond(),
            clock,
            () -> flash == null ? 0 : flash.stats().get(EngineCounter.DEVICE_BYTES_WRITTEN));
    this.demote = new DemoteStep(tiers, tierSettings, writeBudget, newCounters(), listeners.get());
    Wakeup wakesDemotion = work.start("demote", demote);
    this.demotion = wakesDemotion;
    ram.wakesDemotion(wakesDemotion);
    this.crawler = new CrawlStep(tiers, newCounters(), listeners.get());
    crawler.wokenBy(work.start("crawl", crawler));
    this.leaver =
        flash == null
            ? null
            : new PageLeaver(
                tiers,
                new RescuePolicy(tunables, bands, flash, writeBudget),
                newCounters(),
                listeners.get());
    if (flash != null && leaver != null) {
      if (!config.evicts()) {
        flash.neverEvicts();
      }
      flash.wakes(() -> {
        wakesDemotion.wake();
        // A page that was given up has also made room in the index.
        ram.roomMade();
      });
      SavedState saved = flash.saved();
      if (saved == null) {
        flash.start(work, leaver, tunables);
      } else {
        flash.start(
            work, leaver, tunables, new RecordRestorer(tiers, flash, saved, this::requestCount));
      }
      if (flash.state().isKept()) {
        var _ = work.start("clock", new ClockStep(flash.state(), clock));
      }
    }
  }

  /**
   * Opens an empty cache; what is on the devices is overwritten by and by.
   *
   * @param devices the flash tier's; empty when the configuration has none
   * @throws IllegalArgumentException naming every problem of the configuration
   */
  public static Cache open(CacheConfig config, List<Device> devices, Clock clock, Work work) {
    return open(config, devices, clock, work, () -> TierListener.NOBODY);
  }

  /**
   * As above, with a hash of the caller's: a {@linkplain KeyHash#weakened weakened} one makes keys
   * meet that otherwise hardly ever do.
   */
  public static Cache open(
      CacheConfig config, List<Device> devices, Clock clock, Work work, KeyHash keyHash) {
    return open(config, devices, clock, work, keyHash, () -> TierListener.NOBODY);
  }

  /**
   * As the first, with listeners to what happens in the background.
   *
   * @param listeners asked for one for each thread that has something to tell
   */
  public static Cache open(
      CacheConfig config,
      List<Device> devices,
      Clock clock,
      Work work,
      Supplier<TierListener> listeners) {
    check(config);
    return open(config, devices, clock, work, new KeyHash(config.hashSeed()), listeners);
  }

  /** As above, with both. */
  public static Cache open(
      CacheConfig config,
      List<Device> devices,
      Clock clock,
      Work work,
      KeyHash keyHash,
      Supplier<TierListener> listeners) {
    PageStoreConfig flash = config.flash();
    return new Cache(
        config,
        flash == null ? null : PageStore.open(flash, devices, clock),
        clock,
        work,
        keyHash,
        listeners);
  }

  /**
   * Opens a cache that outlives its process: what an earlier run has left on the devices is there
   * again, as far as the state file lets it be trusted. It answers at once; records of the earlier
   * run are found in the background, {@link #restore}, and until then they are missed.
   *
   * <p>Of a cache that lives on, the seed of the key hash is what it was; the configuration's is
   * for one that starts empty.
   *
   * @param devices the flash tier's, at least one
   * @throws IllegalArgumentException naming every problem of the configuration
   * @throws IOException when the state file cannot be begun, and the one before cannot be removed
   */
  public static Cache open(
      CacheConfig config, List<Device> devices, Clock clock, Work work, Persistence persistence)
      throws IOException {
    return open(config, devices, clock, work, persistence, KeyHash::new);
  }

  /** As above, with a hash of the caller's, made of its seed. */
  public static Cache open(
      CacheConfig config,
      List<Device> devices,
      Clock clock,
      Work work,
      Persistence persistence,
      LongFunction<KeyHash> keyHash)
      throws IOException {
    return open(config, devices, clock, work, persistence, keyHash, () -> TierListener.NOBODY);
  }

  /** As above, with listeners to what happens in the background. */
  public static Cache open(
      CacheConfig config,
      List<Device> devices,
      Clock clock,
      Work work,
      Persistence persistence,
      LongFunction<KeyHash> keyHash,
      Supplier<TierListener> listeners)
      throws IOException {
    check(config);
    PageStoreConfig flash = config.flash();
    if (flash == null) {
      throw new IllegalArgumentException("without flash there is nothing to be kept");
    }
    SavedState saved = persistence.saved();
    Clock held =
        saved.isUsable() ? HeldClock.from(clock, saved.value(StateValue.CLOCK_SECONDS)) : clock;
    PageStore store = PageStore.open(flash, devices, held, persistence);
    return new Cache(
        config, store, held, work, keyHash.apply(store.identity().hashSeed()), listeners);
  }

  private static void check(CacheConfig config) {
    List<String> problems = config.problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * What the first tables are made for: the items that live on, or an eighth of what the flash
   * holds at 1 KiB an item in at most a sixteenth of the RAM.
   */
  private static long expectedItems(CacheConfig config, @Nullable PageStore flash) {
    long kept = flash == null ? 0 : flash.estimateKeptRecords();
    long flashBytes = flash == null ? 0 : (long) flash.pageCount() * flash.geometry().pageBytes();
    long wanted = flashBytes == 0 ? config.ramBytes() / 1024 : flashBytes / 1024 / 8;
    while (wanted > 1 && Index.firstTableBytes(wanted) > config.ramBytes() / 16) {
      wanted /= 2;
    }
    while (kept > 1 && Index.firstTableBytes(kept) > config.ramBytes() / 2) {
      kept /= 2;
    }
    return Math.max(wanted, kept);
  }

  private CounterSet newCounters() {
    CounterSet counters = new CounterSet();
    counterSets.add(counters);
    return counters;
  }

  /** What the cache is made of now. */
  public CacheConfig config() {
    return config;
  }

  /** What goes over all items when it is told to. */
  public Crawler crawler() {
    return crawler;
  }

  /** What may be changed while the cache runs. */
  public Tunables tunables() {
    return tunables;
  }

  /** How many pages an {@linkplain Tunables automatic} limit stands for; 0 without flash. */
  public int automaticLimitPages() {
    PageStore flash = tiers.flash();
    return flash == null ? 0 : flash.lowWaterPages();
  }

  /**
   * A session for one thread, which closes it.
   *
   * @param reads carries the session's flash reads; null when the cache has no flash
   * @param owner runs tasks on that thread
   */
  public CacheSession newSession(@Nullable ReadQueue reads, Executor owner) {
    if (tiers.flash() != null && reads == null) {
      throw new IllegalArgumentException("a cache with flash needs a read queue");
    }
    return new CacheSession(tiers, sessionSettings, newCounters(), reads, owner);
  }

  /**
   * Lets every item stored so far die.
   *
   * @param dueSeconds unix seconds; at once when that is not in the future
   */
  public void flushAll(long dueSeconds) {
    tiers.flushAll(dueSeconds);
  }

  /**
   * Sets how much RAM index and items may take together. More counts at once; less is reached when
   * enough items have left RAM.
   *
   * @return false, and nothing has changed, when it is more than {@link #ramBytesMax}, less than
   *     what the index has taken and a largest item needs, or less than four largest items
   */
  public synchronized boolean resizeRam(long bytes) {
    boolean fits =
        bytes >= CacheConfig.RAM_BYTES_MIN
            && bytes <= ramBytesMax()
            && config.itemBytesMax() <= bytes / 4
            && tiers.ram().resize((int) (bytes / budget.unitBytes()));
    if (fits) {
      config = config.withRamBytes(bytes);
    }
    return fits;
  }

  /** The most RAM that this cache can ever have: a slot can tell no more segments apart. */
  public long ramBytesMax() {
    return (long) budget.unitCountMax() * budget.unitBytes();
  }

  /** The cache's time, unix seconds. */
  public long nowSeconds() {
    return tiers.clock().unixSeconds();
  }

  /** A counter of the items, from the start, resets left aside. */
  public long get(CacheCounter counter) {
    long sum = 0;
    for (CounterSet counters : counterSets) {
      sum += counters.get(counter);
    }
    return sum;
  }

  /** Reads and stores that have been answered, and flash reads begun. */
  private long requestCount() {
    return get(CacheCounter.RAM_HITS)
        + get(CacheCounter.MISSES)
        + get(CacheCounter.FLASH_LOOKUPS)
        + get(CacheCounter.STORED);
  }

  /** A counter of the flash tier, 0 when there is none. */
  public long get(EngineCounter counter) {
    PageStore flash = tiers.flash();
    return flash == null ? 0 : flash.stats().get(counter);
  }

  /** Starts all counters at 0 again. */
  public void resetCounters() {
    resetAt = sum();
    PageStore flash = tiers.flash();
    if (flash != null) {
      flash.resetCounters();
    }
  }

  private Map<CacheCounter, Long> sum() {
    Map<CacheCounter, Long> sums = new EnumMap<>(CacheCounter.class);
    for (CacheCounter counter : CacheCounter.values()) {
      sums.put(counter, get(counter));
    }
    return sums;
  }

  /** How long ago a moment was; 0 for no moment. */
  private long ageSeconds(long sinceSeconds) {
    return sinceSeconds == 0 ? 0 : Math.max(0, nowSeconds() - sinceSeconds);
  }

  /** How far the cache has got in finding items of an earlier run; null when there is no flash. */
  public @Nullable RestoreSnapshot restore() {
    PageStore flash = tiers.flash();
    return flash == null ? null : flash.restore().snapshot();
  }

  /**
   * Why nothing of an earlier run is there, in words that follow "starts empty: "; empty when
   * something may be.
   */
  public String whyEmpty() {
    PageStore flash = tiers.flash();
    return flash == null ? "there is no flash" : flash.whyEmpty();
  }

  /** The state file at this moment; null when nothing is kept across restarts. */
  public @Nullable StateSnapshot state() {
    PageStore flash = tiers.flash();
    return flash != null && flash.state() instanceof StateFile file ? file.snapshot() : null;
  }

  /**
   * Begins a clean end: what is in RAM goes to flash, what has been read first, then the rest; then
   * the open pages are sealed. Every session has been closed. In the background, until {@link
   * #hasStopped}; whoever has not the patience may {@link #close} the cache before.
   */
  public void beginStop() {
    if (tiers.flash() != null) {
      demote.beginEnd();
      demotion.wake();
    }
  }

  /** Whether everything that was to be written is on the devices. */
  public boolean hasStopped() {
    PageStore flash = tiers.flash();
    return flash == null || (demote.hasEnded() && flash.isQuiet() && !flash.isReclaiming());
  }

  /** The cache at this moment. */
  public CacheSnapshot snapshot() {
    Map<CacheCounter, Long> counters = sum();
    resetAt.forEach((counter, before) -> counters.merge(counter, -before, Long::sum));
    long itemCount = 0;
    long flashItemCount = 0;
    long usedBytes = 0;
    long bucketCount = 0;
    for (Shard shard : tiers.index().shards()) {
      synchronized (shard) {
        itemCount += shard.itemCount();
        flashItemCount += shard.flashItemCount();
        usedBytes += shard.usedBytes();
        bucketCount += shard.bucketCount();
      }
    }
    PageStore flash = tiers.flash();
    StoreSnapshot flashNow = flash == null ? null : flash.snapshot();
    return new CacheSnapshot(
        counters,
        itemCount - flashItemCount,
        flashItemCount,
        tiers.ram().liveBytes(),
        config.ramBytes(),
        (long) budget.idleCount() * budget.unitBytes(),
        (long) budget.usedCount() * budget.unitBytes(),
        budget.indexBytes(),
        tiers.index().ghostBytes(),
        usedBytes,
        bucketCount,
        flashNow,
        flash == null ? 0 : flash.lentReadBytes(),
        ageSeconds(tiers.ram().oldestOpenedAtSeconds()),
        flashNow == null ? 0 : ageSeconds(flashNow.oldestOpenedAtSeconds()));
  }

  /**
   * The items of both tiers by their size. Each shard is looked at once, so an item that moves to
   * the other tier meanwhile is counted once, too.
   */
  public SizesSnapshot sizes() {
    long[] ramCounts = new long[Slot.SIZE_CLASS_COUNT];
    long[] flashCounts = new long[Slot.SIZE_CLASS_COUNT];
    for (Shard shard : tiers.index().shards()) {
      synchronized (shard) {
        for (int i = 0; i < Slot.SIZE_CLASS_COUNT; i++) {
          ramCounts[i] += shard.ramItemCount(i);
          flashCounts[i] += shard.flashItemCount(i);
        }
      }
    }
    List<ClassSnapshot> classes = new ArrayList<>();
    SortedMap<Integer, Long> counts = new TreeMap<>();
    for (int i = SlabClasses.FIRST; i <= SlabClasses.LAST; i++) {
      if (ramCounts[i] > 0 || demote.evictedCount(i) > 0) {
        classes.add(
            new ClassSnapshot(
                i, ramCounts[i], demote.evictedCount(i), demote.evictedUnreadCount(i)));
      }
      counts.merge(SlabClasses.chunkBytes(i), ramCounts[i], Long::sum);
    }
    for (int i = 0; i < SizeClasses.COUNT; i++) {
      counts.merge(SizeClasses.bytes(i), flashCounts[i], Long::sum);
    }
    counts.values().removeIf(count -> count == 0);
    return new SizesSnapshot(classes, LongStream.of(flashCounts).sum(), counts);
  }

  /**
   * What the index points at, found by walking all of it: slow, and the second book to hold against
   * {@link #snapshot}. Exact while nothing else happens.
   */
  public Inventory inventory() {
    return Inventory.of(tiers);
  }

  /** Gives the memory back. Sessions are closed and the background work has been stopped. */
  @Override
  public void close() {
    demote.close();
    if (leaver != null) {
      leaver.close();
    }
    PageStore flash = tiers.flash();
    if (flash != null) {
      if (flash.state().isKept()) {
        // What has expired since the last note of the time must not live again either.
        flash.state().value(StateValue.CLOCK_SECONDS, tiers.clock().unixSeconds());
      }
      flash.endedCleanly();
      flash.close();
    }
    budget.close();
  }
}
