package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Index;
import io.larder.cache.index.Shard;
import io.larder.cache.model.Crawler;
import io.larder.cache.model.TierListener;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.CounterSet;
import io.larder.cache.stats.Departure;
import io.larder.cache.stats.SlabClasses;
import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes dead items out of RAM when somebody asks for it, a part of a shard at a time.
 *
 * <p><b>Threads.</b> The step is run by one at a time, as every step; what {@link Crawler} offers
 * is for any.
 */
public final class CrawlStep implements Step, Crawler {
  /** How long it rests between two pieces, as memcached does. */
  private static final long SLEEP_MICROS_DEFAULT = 100;

  private static final int PARTS_PER_CALL = 32;

  private final Tiers tiers;
  private final CounterSet counters;
  private final TierListener listener;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicLong startCount = new AtomicLong();
  private final AtomicBoolean enabled = new AtomicBoolean(true);
  private volatile long sleepMicros = SLEEP_MICROS_DEFAULT;
  private volatile long itemsMax;

  /** The classes of a crawl that has been asked for or is under way; 0 = none. */
  private volatile long wanted;

  private volatile @Nullable Wakeup wakeup;

  // --- the crawl under way

  private boolean begun;
  private int shardIndex;
  private int part;
  private int partBits = -1;
  private long begunSeconds;
  private final long[] examined = new long[SlabClasses.LAST + 1];
  private final long[] reclaimed = new long[SlabClasses.LAST + 1];
  private final List<Gone> gone = new ArrayList<>();

  /** A dead item that has been found. */
  private record Gone(long hash, Departure why) {}

  /** A crawler over {@code tiers} that counts in {@code counters}. */
  public CrawlStep(Tiers tiers, CounterSet counters, TierListener listener) {
    this.tiers = tiers;
    this.counters = counters;
    this.listener = listener;
  }

  /** What wakes the step. Once, before anybody can ask for a crawl. */
  public void wokenBy(Wakeup wakeup) {
    this.wakeup = wakeup;
  }

  // --- Crawler

  @Override
  public boolean isEnabled() {
    return enabled.get();
  }

  @Override
  public boolean enable() {
    return enabled.compareAndSet(false, true);
  }

  @Override
  public void disable() {
    enabled.set(false);
  }

  @Override
  public void setSleepMicros(long micros) {
    sleepMicros = micros;
  }

  @Override
  public long sleepMicros() {
    return sleepMicros;
  }

  @Override
  public void setItemsMax(long count) {
    itemsMax = count;
  }

  @Override
  public long itemsMax() {
    return itemsMax;
  }

  @Override
  public Outcome crawl(long slabClasses) {
    if (slabClasses == 0) {
      return Outcome.NOTHING_TO_DO;
    }
    if (!running.compareAndSet(false, true)) {
      return Outcome.BUSY;
    }
    startCount.incrementAndGet();
    wanted = slabClasses;
    Wakeup wakes = wakeup;
    if (wakes != null) {
      wakes.wake();
    }
    return Outcome.STARTED;
  }

  @Override
  public boolean beginListing() {
    boolean free = running.compareAndSet(false, true);
    if (free) {
      startCount.incrementAndGet();
    }
    return free;
  }

  @Override
  public void endListing() {
    running.set(false);
  }

  @Override
  public boolean isRunning() {
    return running.get();
  }

  @Override
  public long startCount() {
    return startCount.get();
  }

  // --- the step

  @Override
  public long run() {
    long classes = wanted;
    if (classes == 0) {
      return UNTIL_WOKEN;
    }
    long now = tiers.clock().unixSeconds();
    if (!begun) {
      begun = true;
      begunSeconds = now;
      shardIndex = 0;
    }
    tiers.flushIfDue(now);
    for (int i = 0; i < PARTS_PER_CALL && shardIndex < Index.SHARD_COUNT; i++) {
      nextPart(classes, now);
    }
    if (shardIndex < Index.SHARD_COUNT && enabled.get()) {
      return sleepMicros * 1000;
    }
    end(classes, now);
    return UNTIL_WOKEN;
  }

  private void nextPart(long classes, long now) {
    Shard shard = tiers.index().shards().get(shardIndex);
    synchronized (shard) {
      if (partBits < 0) {
        partBits = shard.partBits();
        part = 0;
      }
      visitPart(shard, classes, now);
    }
    part++;
    if (part == 1 << partBits) {
      shardIndex++;
      partBits = -1;
    }
  }

  @GuardedBy("shard")
  private void visitPart(Shard shard, long classes, long now) {
    shard.visitPart(part, partBits, slot -> isToGo(slot, classes, now));
    for (Gone one : gone) {
      shard.departed(one.hash(), one.why());
    }
    gone.clear();
  }

  /** Looks at an item; if it is dead, takes it out of the books, and its slot is to go. */
  private boolean isToGo(long slot, long classes, long now) {
    if (!tiers.isRam(slot)) {
      return false;
    }
    MemorySegment memory = tiers.segmentOf(slot).memory();
    int offset = Tiers.ramOffset(slot);
    int slabClass = SlabClasses.of(RecordLayout.spanBytes(memory, offset));
    long most = itemsMax;
    if ((classes >>> slabClass & 1) == 0 || (most > 0 && examined[slabClass] >= most)) {
      return false;
    }
    examined[slabClass]++;
    counters.increment(CacheCounter.CRAWLER_CHECKED);
    if (!tiers.isDead(memory, offset, now)) {
      return false;
    }
    reclaimed[slabClass]++;
    counters.increment(CacheCounter.CRAWLER_RECLAIMED);
    long hash =
        tiers.hash(memory, RecordLayout.keyOffset(offset), RecordLayout.keyLength(memory, offset));
    gone.add(new Gone(hash, Tiers.deathOf(memory, offset, now)));
    tiers.leaveRam(tiers.segmentOf(slot), offset);
    return true;
  }

  private void end(long classes, long now) {
    for (int slabClass = SlabClasses.FIRST; slabClass <= SlabClasses.LAST; slabClass++) {
      if (examined[slabClass] > 0 && (classes >>> slabClass & 1) != 0 && listener.hearsSystem()) {
        listener.crawled(slabClass, now - begunSeconds, examined[slabClass], reclaimed[slabClass]);
      }
      examined[slabClass] = 0;
      reclaimed[slabClass] = 0;
    }
    begun = false;
    partBits = -1;
    wanted = 0;
    running.set(false);
  }
}
