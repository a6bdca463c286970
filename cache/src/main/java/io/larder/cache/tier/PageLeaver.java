package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.CounterSet;
import io.larder.cache.stats.Departure;
import io.larder.engine.PageStore;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.Reservation;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

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

  /** A large record that is being moved; the sweep asks about it until it has arrived. */
  private @Nullable DirectWrite moving;

  private @Nullable DirectWrite idleWrite;

  /** Counts in {@code counters}. */
  public PageLeaver(Tiers tiers, CounterSet counters) {
    this.tiers = tiers;
    this.counters = counters;
  }

  @Override
  public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
    long location = Slot.location(sweep.pageId(), offsetUnits);
    Shard shard = tiers.index().shardOf(keyHash);
    DirectWrite underWay = moving;
    if (underWay != null) {
      return hasMoved(sweep, underWay, shard, keyHash, location);
    }
    int readBytes;
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      if (cursor == Shard.NONE) {
        return true;
      }
      long slot = shard.get(cursor);
      readBytes = SizeClasses.bytes(Slot.sizeClass(slot));
      if (Slot.hits(slot) == 0 || !sweep.mayRescue(readBytes)) {
        drop(shard, cursor, keyHash, sweep.reason());
        return true;
      }
    }
    PageStore flash = tiers.flashOfSlot();
    int paddedBytes = lengthUnits * flash.geometry().unitBytes();
    boolean directly = paddedBytes > flash.bufferedRecordBytesMax();
    // What is written from where it stands is written in whole blocks.
    MemorySegment record =
        sweep.read(
            offsetUnits,
            directly ? PageGeometry.blocks(paddedBytes) : Math.min(readBytes, paddedBytes));
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      if (cursor == Shard.NONE) {
        return true;
      }
      Rescue rescue =
          record == null
              ? Rescue.IMPOSSIBLE
              : directly
                  ? rescueDirectly(sweep, record, keyHash, offsetUnits)
                  : rescue(sweep, shard, cursor, record, keyHash, offsetUnits);
      if (rescue == Rescue.IMPOSSIBLE) {
        drop(shard, cursor, keyHash, sweep.reason());
      }
      if (rescue != Rescue.WAITS) {
        return true;
      }
    }
    DirectWrite begun = moving;
    if (begun != null) {
      FlashRecords.writeDirectly(flash, begun, RecordLayout.FETCHED);
    }
    return false;
  }

  private enum Rescue {
    MOVED,
    IMPOSSIBLE,
    /** Both write buffers are on their way to the device, or the record itself is. */
    WAITS
  }

  /** Moves a live record to the compact bucket. */
  @GuardedBy("shard")
  private Rescue rescue(
      PageSweep sweep,
      Shard shard,
      long cursor,
      MemorySegment record,
      long keyHash,
      int offsetUnits) {
    PageStore flash = tiers.flashOfSlot();
    if (!isWorthMoving(sweep, record, offsetUnits)) {
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

  private boolean isWorthMoving(PageSweep sweep, MemorySegment record, int offsetUnits) {
    return FlashRecords.isIntact(record, 0, (int) record.byteSize(), sweep.version(), offsetUnits)
        && !tiers.isDead(record, 0, tiers.clock().unixSeconds());
  }

  /** Begins to move a large record from the memory it was read into. */
  private Rescue rescueDirectly(
      PageSweep sweep, MemorySegment record, long keyHash, int offsetUnits) {
    if (!isWorthMoving(sweep, record, offsetUnits)) {
      return Rescue.IMPOSSIBLE;
    }
    DirectWrite write = idleWrite != null ? idleWrite : new DirectWrite();
    idleWrite = write;
    write.from(record, RecordLayout.recordBytes(record, 0));
    ReserveOutcome outcome = tiers.flashOfSlot().reserveDirect(Bucket.COMPACT, keyHash, write);
    if (outcome != ReserveOutcome.RESERVED) {
      return outcome == ReserveOutcome.NO_BUFFER ? Rescue.WAITS : Rescue.IMPOSSIBLE;
    }
    moving = write;
    return Rescue.WAITS;
  }

  /** Whether a large record is over with: moved, or left. */
  private boolean hasMoved(
      PageSweep sweep, DirectWrite write, Shard shard, long keyHash, long location) {
    if (write.outcome() == DirectWrite.Outcome.PENDING) {
      return false;
    }
    moving = null;
    PageStore flash = tiers.flashOfSlot();
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      long old = cursor == Shard.NONE ? Slot.EMPTY : shard.get(cursor);
      long moved =
          old == Slot.EMPTY ? Slot.EMPTY : FlashRecords.slotOf(flash, write, Slot.tag(old), 0);
      if (moved != Slot.EMPTY) {
        tiers.leaveFlash(old);
        shard.set(cursor, moved);
        sweep.rescued(write.lengthBytes());
        return true;
      }
      FlashRecords.forget(flash, write);
      if (cursor != Shard.NONE) {
        drop(shard, cursor, keyHash, sweep.reason());
      }
      return true;
    }
  }

  /** Gives memory back. The reclaim step has been stopped, and so has the device. */
  public void close() {
    DirectWrite last = moving != null ? moving : idleWrite;
    if (last != null) {
      last.close();
    }
  }

  @GuardedBy("shard")
  private void drop(Shard shard, long cursor, long keyHash, GiveUpReason reason) {
    long slot = shard.get(cursor);
    tiers.dropFlash(shard, cursor, keyHash, departureBy(reason));
    count(slot, reason);
  }

  private static Departure departureBy(GiveUpReason reason) {
    return switch (reason) {
      case EVICTED -> Departure.EVICTED_FROM_FLASH;
      case FAILED -> Departure.DEVICE_ERROR;
      case EMPTY, EXPIRED -> Departure.EXPIRED;
    };
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
