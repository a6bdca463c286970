package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.TierListener;
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
 * Lets go of the items on a page that is given up: those worth it are moved to another page, the
 * rest leave the index.
 *
 * <p><b>Threads.</b> Confined to the reclaim step.
 */
public final class PageLeaver implements PageOwner {
  private final Tiers tiers;
  private final RescuePolicy policy;
  private final CounterSet counters;
  private final TierListener listener;
  private final ItemView view = new ItemView();
  private final Reservation reservation = new Reservation();

  /** A large record that is being moved; the sweep asks about it until it has arrived. */
  private @Nullable Move moving;

  private @Nullable DirectWrite idleWrite;

  // --- what the listener is told of the page that is leaving

  /** Which life of a page it has been told of last. */
  private long toldVersion;

  private long movedCount;
  private long lostCount;
  private long droppedCount;

  /**
   * A large record on its way.
   *
   * @param isFetched whether its copy says that it has been read
   */
  private record Move(DirectWrite write, Bucket into, boolean isFetched) {}

  /**
   * Leaves the pages that {@code tiers} point at.
   *
   * @param policy says what is moved, and where to
   * @param listener hears of items that are lost with their page. To tell their keys, their records
   *     have to be read, so that is done only while it wants to hear
   */
  public PageLeaver(Tiers tiers, RescuePolicy policy, CounterSet counters, TierListener listener) {
    this.listener = listener;
    this.tiers = tiers;
    this.policy = policy;
    this.counters = counters;
  }

  @Override
  public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
    tellLeaves(sweep);
    long location = Slot.location(sweep.pageId(), offsetUnits);
    Shard shard = tiers.index().shardOf(keyHash);
    Move underWay = moving;
    if (underWay != null) {
      return hasMoved(sweep, underWay, shard, keyHash, location);
    }
    int readBytes;
    @Nullable Bucket into;
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      if (cursor == Shard.NONE) {
        return true;
      }
      long slot = shard.get(cursor);
      readBytes = SizeClasses.bytes(Slot.sizeClass(slot));
      boolean wasRead = Slot.hits(slot) > 0;
      into = policy.bucketFor(sweep, wasRead);
      if (into == null || !sweep.mayRescue(into, readBytes)) {
        if (into == null && policy.isDroppedUnread(sweep, wasRead)) {
          counters.increment(CacheCounter.RESCUE_SKIPPED);
        }
        if (!isEviction(sweep.reason()) || !listener.hearsItems()) {
          drop(shard, cursor, keyHash, sweep.reason());
          return true;
        }
        into = null;
      }
    }
    if (into == null) {
      dropAndTell(sweep, shard, keyHash, location, readBytes);
      return true;
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
              : !isWorthMoving(sweep, into, shard.get(cursor), record)
                  ? Rescue.NOT_WORTH_IT
                  : directly
                      ? rescueDirectly(shard, cursor, into, record, keyHash)
                      : rescue(sweep, shard, cursor, into, record, keyHash);
      if (rescue == Rescue.IMPOSSIBLE) {
        counters.increment(CacheCounter.RESCUE_LOST);
        lostCount++;
      }
      if (rescue == Rescue.IMPOSSIBLE || rescue == Rescue.NOT_WORTH_IT) {
        if (record != null) {
          tellEvicted(sweep, shard.get(cursor), record, keyHash);
        }
        drop(shard, cursor, keyHash, sweep.reason());
      }
      if (rescue != Rescue.WAITS) {
        return true;
      }
    }
    Move begun = moving;
    if (begun != null) {
      int added = begun.isFetched() ? RecordLayout.FETCHED : 0;
      FlashRecords.writeDirectly(flash, begun.write(), added);
    }
    return false;
  }

  private enum Rescue {
    MOVED,
    NOT_WORTH_IT,
    IMPOSSIBLE,
    /** Both write buffers are on their way to the device, or the record itself is. */
    WAITS
  }

  /** Moves a live record to another page. */
  @GuardedBy("shard")
  private Rescue rescue(
      PageSweep sweep, Shard shard, long cursor, Bucket into, MemorySegment record, long keyHash) {
    PageStore flash = tiers.flashOfSlot();
    int bytes = RecordLayout.recordBytes(record, 0);
    ReserveOutcome outcome = flash.reserve(into, bytes, keyHash, reservation);
    if (outcome != ReserveOutcome.RESERVED) {
      return outcome == ReserveOutcome.NO_BUFFER ? Rescue.WAITS : Rescue.IMPOSSIBLE;
    }
    long slot = shard.get(cursor);
    if (Slot.hits(slot) > 0) {
      // The hits that make it worth moving stay behind; that it has been read does not.
      RecordLayout.setState(record, 0, RecordLayout.state(record, 0) | RecordLayout.FETCHED);
    }
    long moved = FlashRecords.write(flash, reservation, record, 0, bytes, Slot.tag(slot));
    if (moved == Slot.EMPTY) {
      return Rescue.IMPOSSIBLE;
    }
    tiers.leaveFlash(slot);
    shard.set(cursor, moved);
    moved(sweep, into, bytes);
    return Rescue.MOVED;
  }

  private boolean isWorthMoving(PageSweep sweep, Bucket into, long slot, MemorySegment record) {
    long now = tiers.clock().unixSeconds();
    return FlashRecords.isIntact(
            record, 0, (int) record.byteSize(), sweep.version(), Slot.offset(slot))
        && !tiers.isDead(record, 0, now)
        && policy.isWorthAWrite(
            sweep,
            into,
            slot,
            RecordLayout.recordBytes(record, 0),
            RecordLayout.expirySeconds(record, 0),
            now);
  }

  private void moved(PageSweep sweep, Bucket into, int bytes) {
    sweep.rescued(into, bytes);
    movedCount++;
    if (into == Bucket.COLDCOMPACT) {
      counters.increment(CacheCounter.RESCUED_COLD);
    } else if (into == Bucket.OLD) {
      counters.increment(CacheCounter.RESCUED_OLD);
    }
  }

  /** Begins to move a large record from the memory it was read into. */
  @GuardedBy("shard")
  private Rescue rescueDirectly(
      Shard shard, long cursor, Bucket into, MemorySegment record, long keyHash) {
    DirectWrite write = idleWrite != null ? idleWrite : new DirectWrite();
    idleWrite = write;
    write.from(record, RecordLayout.recordBytes(record, 0));
    ReserveOutcome outcome = tiers.flashOfSlot().reserveDirect(into, keyHash, write);
    if (outcome != ReserveOutcome.RESERVED) {
      return outcome == ReserveOutcome.NO_BUFFER ? Rescue.WAITS : Rescue.IMPOSSIBLE;
    }
    moving = new Move(write, into, Slot.hits(shard.get(cursor)) > 0);
    return Rescue.WAITS;
  }

  /** Whether a large record is over with: moved, or left. */
  private boolean hasMoved(PageSweep sweep, Move move, Shard shard, long keyHash, long location) {
    DirectWrite write = move.write();
    if (write.outcome() == DirectWrite.Outcome.PENDING) {
      return false;
    }
    moving = null;
    PageStore flash = tiers.flashOfSlot();
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      long old = cursor == Shard.NONE ? Slot.EMPTY : shard.get(cursor);
      // Who reads it while it is written marks the slot; its copy does not say so.
      int hits = !move.isFetched() && Slot.hits(old) > 0 ? 1 : 0;
      long moved =
          old == Slot.EMPTY ? Slot.EMPTY : FlashRecords.slotOf(flash, write, Slot.tag(old), hits);
      if (moved != Slot.EMPTY) {
        tiers.leaveFlash(old);
        flash.pointedAt(write);
        shard.set(cursor, moved);
        moved(sweep, move.into(), write.lengthBytes());
        return true;
      }
      FlashRecords.forget(flash, write);
      if (cursor != Shard.NONE) {
        counters.increment(CacheCounter.RESCUE_LOST);
        lostCount++;
        drop(shard, cursor, keyHash, sweep.reason());
      }
      return true;
    }
  }

  // --- what the listener hears

  private static boolean isEviction(GiveUpReason reason) {
    return reason == GiveUpReason.COMPACTED || reason == GiveUpReason.EVICTED;
  }

  private void tellLeaves(PageSweep sweep) {
    if (sweep.version() == toldVersion) {
      return;
    }
    toldVersion = sweep.version();
    movedCount = 0;
    lostCount = 0;
    droppedCount = 0;
    if (isEviction(sweep.reason()) && listener.hearsSystem()) {
      listener.pageLeaves(sweep.pageId(), sweep.version());
    }
  }

  @Override
  public void left(PageSweep sweep) {
    tellLeaves(sweep);
    if (isEviction(sweep.reason()) && listener.hearsSystem()) {
      listener.pageLeft(sweep.pageId(), movedCount, lostCount, droppedCount);
    }
  }

  /** Drops an item that would have been dropped unread, and reads it first to tell its key. */
  private void dropAndTell(
      PageSweep sweep, Shard shard, long keyHash, long location, int readBytes) {
    int headBytes = RecordLayout.HEADER_BYTES + RecordLayout.KEY_BYTES_MAX;
    MemorySegment head = sweep.read(Slot.offset(location), Math.min(readBytes, headBytes));
    synchronized (shard) {
      long cursor = shard.find(keyHash, location);
      if (cursor != Shard.NONE) {
        if (head != null) {
          tellEvicted(sweep, shard.get(cursor), head, keyHash);
        }
        drop(shard, cursor, keyHash, sweep.reason());
      }
    }
  }

  /** Tells of an item of which at least header and key have been read, if they are its own. */
  private void tellEvicted(PageSweep sweep, long slot, MemorySegment head, long keyHash) {
    if (!isEviction(sweep.reason()) || !listener.hearsItems()) {
      return;
    }
    int keyLength = RecordLayout.keyLength(head, 0);
    long now = tiers.clock().unixSeconds();
    if (RecordLayout.pageVersion(head, 0) == (int) sweep.version()
        && RecordLayout.HEADER_BYTES + keyLength <= head.byteSize()
        && tiers.hash(head, RecordLayout.keyOffset(0), keyLength) == keyHash
        && !tiers.isDead(head, 0, now)) {
      boolean isRead =
          Slot.hits(slot) > 0 || (RecordLayout.state(head, 0) & RecordLayout.FETCHED) != 0;
      listener.evicted(view.show(head, 0, sweep.openedAtSeconds(), isRead), now, true);
    }
  }

  /** Gives memory back. The reclaim step has been stopped, and so has the device. */
  public void close() {
    Move underWay = moving;
    DirectWrite last = underWay != null ? underWay.write() : idleWrite;
    if (last != null) {
      last.close();
    }
  }

  @GuardedBy("shard")
  private void drop(Shard shard, long cursor, long keyHash, GiveUpReason reason) {
    long slot = shard.get(cursor);
    tiers.dropFlash(shard, cursor, keyHash, departureBy(reason));
    droppedCount++;
    count(slot, reason);
  }

  private static Departure departureBy(GiveUpReason reason) {
    return switch (reason) {
      case COMPACTED, EVICTED -> Departure.EVICTED_FROM_FLASH;
      case FAILED -> Departure.DEVICE_ERROR;
      case EMPTY, EXPIRED -> Departure.EXPIRED;
    };
  }

  private void count(long slot, GiveUpReason reason) {
    switch (reason) {
      case COMPACTED, EVICTED -> {
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
