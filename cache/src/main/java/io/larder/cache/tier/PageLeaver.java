package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.CounterSet;
import io.larder.engine.PageStore;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.Reservation;
import java.lang.foreign.MemorySegment;

/**
 * Lets go of the items on a page that is given up: those that were hit are moved to another page,
 * the rest leave the index.
 *
 * <p><b>Threads.</b> Confined to the reclaim step.
 */
public final class PageLeaver implements PageOwner {
  private final Tiers tiers;
  private final CounterSet counters;
  private final Reservation reservation = new Reservation();

  /** Counts in {@code counters}. */
  public PageLeaver(Tiers tiers, CounterSet counters) {
    this.tiers = tiers;
    this.counters = counters;
  }

  @Override
  public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
    long location = Slot.location(sweep.pageId(), offsetUnits);
    Shard shard = tiers.index().shardOf(keyHash);
    int readBytes;
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      if (cursor == Shard.NONE) {
        return true;
      }
      long slot = shard.get(cursor);
      readBytes = SizeClasses.bytes(Slot.sizeClass(slot));
      if (Slot.hits(slot) == 0 || !sweep.mayRescue(readBytes)) {
        drop(shard, cursor, sweep.reason());
        return true;
      }
    }
    int paddedBytes = lengthUnits * tiers.flashOfSlot().geometry().unitBytes();
    MemorySegment record = sweep.read(offsetUnits, Math.min(readBytes, paddedBytes));
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      if (cursor == Shard.NONE) {
        return true;
      }
      Rescue rescue =
          record == null ? Rescue.IMPOSSIBLE : rescue(sweep, shard, cursor, record, keyHash);
      if (rescue == Rescue.IMPOSSIBLE) {
        drop(shard, cursor, sweep.reason());
      }
      return rescue != Rescue.WAITS;
    }
  }

  private enum Rescue {
    MOVED,
    IMPOSSIBLE,
    /** Both write buffers are on their way to the device. */
    WAITS
  }

  /** Moves a live record to the compact bucket. */
  @GuardedBy("shard")
  private Rescue rescue(
      PageSweep sweep, Shard shard, long cursor, MemorySegment record, long keyHash) {
    PageStore flash = tiers.flashOfSlot();
    int validBytes = (int) record.byteSize();
    if (!FlashRecords.isIntact(record, 0, validBytes, sweep.version())
        || tiers.isDead(record, 0, tiers.clock().unixSeconds())) {
      return Rescue.IMPOSSIBLE;
    }
    int bytes = RecordLayout.recordBytes(record, 0);
    ReserveOutcome outcome = flash.reserve(Bucket.COMPACT, bytes, keyHash, reservation);
    if (outcome != ReserveOutcome.RESERVED) {
      return outcome == ReserveOutcome.NO_BUFFER ? Rescue.WAITS : Rescue.IMPOSSIBLE;
    }
    long slot = shard.get(cursor);
    // The hits that make it worth moving stay behind; that it has been read does not.
    RecordLayout.setState(record, 0, RecordLayout.state(record, 0) | RecordLayout.FETCHED);
    long moved = FlashRecords.write(flash, reservation, record, 0, bytes, Slot.tag(slot));
    if (moved == Slot.EMPTY) {
      return Rescue.IMPOSSIBLE;
    }
    tiers.leaveFlash(slot);
    shard.set(cursor, moved);
    sweep.rescued(bytes);
    return Rescue.MOVED;
  }

  @GuardedBy("shard")
  private void drop(Shard shard, long cursor, GiveUpReason reason) {
    long slot = shard.get(cursor);
    tiers.dropFlash(shard, cursor);
    count(slot, reason);
  }

  private void count(long slot, GiveUpReason reason) {
    switch (reason) {
      case EVICTED -> {
        counters.increment(CacheCounter.EVICTED_FROM_FLASH);
        counters.add(
            CacheCounter.BYTES_EVICTED_FROM_FLASH, SizeClasses.bytes(Slot.sizeClass(slot)));
      }
      case FAILED -> counters.increment(CacheCounter.LOST_WITH_PAGE);
      case EMPTY, EXPIRED -> counters.increment(CacheCounter.RECLAIMED);
    }
  }

  @Override
  public void leaveUnread(int pageId, GiveUpReason reason) {
    for (Shard shard : tiers.index().shards()) {
      synchronized (shard) {
        shard.visitPlace(
            pageId,
            slot -> {
              tiers.leaveFlash(slot);
              count(slot, reason);
              return true;
            });
      }
    }
  }
}
