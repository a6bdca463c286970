package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.Slot;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.TierListener;
import io.larder.cache.ram.RamLog;
import io.larder.cache.ram.RamQueue;
import io.larder.cache.ram.RamWriter;
import io.larder.cache.ram.Segment;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.CounterSet;
import io.larder.cache.stats.Departure;
import io.larder.engine.PageStore;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.Reservation;
import io.larder.platform.work.Step;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Gives up segments when they run low: what was hit stays in RAM, the rest goes to flash or is let
 * go.
 *
 * <p><b>Threads.</b> One at a time, as every step.
 */
public final class DemoteStep implements Step {
  /*
   * A record is handled in one hold of its shard's lock: found, copied, summed, swung. The room on
   * flash is claimed inside that hold; claiming is a few additions, never a wait. When there is no
   * room the step stops at this record and comes back to it.
   *
   * Patience: as long as the device makes progress the step waits for it. When it has made none for
   * maxWait, records are dropped one by one, without waiting, until it does again.
   *
   * A segment that is more than half dead is given up for the room of its dead, whatever its age. What
   * is live in it has not had its time yet, so nothing is judged: it moves on within its queue.
   *
   * Where nothing may be evicted, a record that flash does not take stays where it is. Should an eighth
   * of its segment be dead, what stays is moved together, and the segment is free. When every segment
   * has been looked at and none could be freed, writers are refused instead of being made to wait, and
   * the step goes on looking, slowly, for records that have expired since.
   *
   * A large record is written from where it stands: it is marked busy, and when the device has it and
   * it is still the same and still busy its slot swings. The segment stays as long as the device may
   * read it, even if the record has been dropped meanwhile.
   */

  private static final int RECORDS_PER_CALL = 256;
  private static final long RETRY_NANOS = 10_000_000;

  /** Between two segments, when none is likely to be freed. */
  private static final long REFUSING_NANOS = 50_000_000;

  private final Tiers tiers;
  private final TierSettings settings;
  private final CounterSet counters;
  private final TierListener listener;
  private final ItemView view = new ItemView();
  private final Admission admission;
  private final RamLog ram;
  private final RamWriter mainWriter;
  private final RamWriter probationWriter;
  private final Reservation reservation = new Reservation();

  private @Nullable Segment victim;
  private int position;
  private int keptBytes;

  /** Whether what is live in the victim is moved, and not judged. */
  private boolean compacts;

  /** Segments looked at since one was freed. */
  private int keptInTurnCount;

  /**
   * What of the victim may be moved. If writers were waiting when it was chosen, no more than half,
   * so that each one gains room; what moving it takes meanwhile is no reason to let more of it go.
   */
  private int keptBytesMax;

  /** Whether the record at {@link #position} has been admitted and only waits for room on flash. */
  private boolean isAdmitted;

  private volatile boolean isEnding;
  private volatile boolean hasEnded;

  /** Whether the victim is one of all that there were when the end began. */
  private boolean isInLastSegments;

  /** Whether only what has been read goes yet. */
  private boolean takesReadOnly = true;

  private final Deque<Segment> lastSegments = new ArrayDeque<>();

  /** Those of them that have been looked at, and still hold something. */
  private final List<Segment> seenSegments = new ArrayList<>();

  private boolean waiting;
  private boolean dropping;
  private long waitingSinceNanos;
  private long progressSeen;

  /** The victim's record, on its way. */
  private @Nullable LargeDemotion writing;

  /** Records dropped because the device took too long over them. */
  private final List<LargeDemotion> leftBehind = new ArrayList<>();

  private @Nullable DirectWrite idleWrite;

  /** What has been lost from RAM, by the size class that its slot told; others read them. */
  private final AtomicLongArray evictedCounts = new AtomicLongArray(Slot.SIZE_CLASS_COUNT);

  private final AtomicLongArray evictedUnreadCounts = new AtomicLongArray(Slot.SIZE_CLASS_COUNT);

  /** A step over {@code tiers} that counts in {@code counters}. */
  public DemoteStep(
      Tiers tiers,
      TierSettings settings,
      WriteBudget budget,
      CounterSet counters,
      TierListener listener) {
    this.listener = listener;
    this.tiers = tiers;
    this.settings = settings;
    this.admission = new Admission(settings, budget);
    this.counters = counters;
    this.ram = tiers.ram();
    this.mainWriter = RamWriter.forDemotion(ram, RamQueue.MAIN);
    this.probationWriter = RamWriter.forDemotion(ram, RamQueue.PROBATION);
  }

  private enum Fate {
    /** Nothing points at the record's old place any more. */
    LEFT,
    /** It stays where it is. */
    STAYS,
    /** No room on flash now; ask again. */
    WAITS,
    /** Room is taken, and the device is to read the record from where it stands. */
    TO_BE_WRITTEN,
    /** The whole segment stays, at the young end of the main queue. */
    SEGMENT_STAYS
  }

  /** Items of a size class that RAM had no room for and flash did not take. Any thread may ask. */
  public long evictedCount(int slabClass) {
    return evictedCounts.get(slabClass);
  }

  /** Of those, the ones that nobody had read. Any thread may ask. */
  public long evictedUnreadCount(int slabClass) {
    return evictedUnreadCounts.get(slabClass);
  }

  @Override
  public long run() {
    leftBehind.removeIf(this::isOver);
    long next = isEnding ? endRun() : demote();
    if (next == UNTIL_WOKEN) {
      return leftBehind.isEmpty() ? next : RETRY_NANOS;
    }
    return Math.min(next, settings.maxSleepNanos());
  }

  // ------------------------------------------------------------------ the end

  /**
   * From now on everything in RAM goes to flash: what has been read first, then the rest, the
   * youngest first. For a clean end: no request comes any more, and every session is closed. The
   * step is to be woken.
   */
  public void beginEnd() {
    isEnding = true;
  }

  /** Whether the end has been asked for, and nothing is left in RAM that flash takes. */
  public boolean hasEnded() {
    return hasEnded;
  }

  private long endRun() {
    if (hasEnded) {
      return UNTIL_WOKEN;
    }
    LargeDemotion underWay = writing;
    if (underWay != null) {
      return await(underWay);
    }
    Segment segment = victim;
    if (segment != null && !isInLastSegments) {
      // Demotion was in the middle of it; what is left in it comes with the others.
      victim = null;
      ram.keep(segment);
      segment = null;
    }
    if (segment == null) {
      segment = nextLast();
      if (segment == null) {
        return endFlash();
      }
    }
    return endSegment(segment, tiers.clock().unixSeconds());
  }

  /** The next segment to be looked at, or null when there is none any more. */
  private @Nullable Segment nextLast() {
    if (!isInLastSegments) {
      mainWriter.seal();
      probationWriter.seal();
      lastSegments.addAll(ram.takeAll());
      isInLastSegments = true;
    }
    if (lastSegments.isEmpty() && takesReadOnly) {
      takesReadOnly = false;
      lastSegments.addAll(seenSegments);
      seenSegments.clear();
    }
    Segment next = lastSegments.poll();
    if (next == null) {
      seenSegments.forEach(ram::keep);
      seenSegments.clear();
      return null;
    }
    victim = next;
    position = 0;
    isAdmitted = false;
    return next;
  }

  /** All is in pages; they are sealed when nothing more comes to them off a page given up. */
  private long endFlash() {
    PageStore flash = tiers.flashOfSlot();
    flash.endReclaim();
    if (flash.isReclaiming()) {
      return RETRY_NANOS;
    }
    flash.finish();
    hasEnded = true;
    return UNTIL_WOKEN;
  }

  private long endSegment(Segment segment, long now) {
    MemorySegment memory = segment.memory();
    for (int i = 0; i < RECORDS_PER_CALL && position < segment.tailBytes(); i++) {
      int span = RecordLayout.spanBytes(memory, position);
      Fate fate = leaveAtEnd(segment, position, now);
      if (fate == Fate.WAITS) {
        return RETRY_NANOS;
      }
      isAdmitted = false;
      LargeDemotion begun = writing;
      if (fate == Fate.TO_BE_WRITTEN && begun != null) {
        FlashRecords.writeDirectly(tiers.flashOfSlot(), begun.write(), 0);
        return RETRY_NANOS;
      }
      position += span;
    }
    if (position == segment.tailBytes()) {
      victim = null;
      if (segment.liveBytes() == 0) {
        ram.free(segment);
      } else {
        seenSegments.add(segment);
      }
    }
    return AT_ONCE;
  }

  private Fate leaveAtEnd(Segment segment, int at, long now) {
    MemorySegment memory = segment.memory();
    if ((RecordLayout.state(memory, at) & RecordLayout.FILLER) != 0) {
      return Fate.LEFT;
    }
    long hash = tiers.hash(memory, RecordLayout.keyOffset(at), RecordLayout.keyLength(memory, at));
    Shard shard = tiers.index().shardOf(hash);
    synchronized (shard) {
      long cursor = shard.find(hash, tiers.ramLocation(segment, at));
      if (cursor == Shard.NONE) {
        return Fate.LEFT;
      }
      if (tiers.isDead(memory, at, now)) {
        tiers.dropRam(shard, cursor, hash, Tiers.deathOf(memory, at, now));
        counters.increment(CacheCounter.RECLAIMED);
        return Fate.LEFT;
      }
      boolean wasRead = (RecordLayout.state(memory, at) & RecordLayout.FETCHED) != 0;
      if (takesReadOnly && !wasRead && Slot.hits(shard.get(cursor)) == 0) {
        return Fate.STAYS;
      }
      // Whether it is worth it was a question of what else the device could be used for.
      isAdmitted = Tiers.flashBytes(memory, at) <= tiers.flashOfSlot().recordBytesMax();
      return isAdmitted
          ? demote(tiers.flashOfSlot(), shard, cursor, segment, at, hash, now)
          : Fate.STAYS;
    }
  }

  // ------------------------------------------------------------------ room in RAM

  private long demote() {
    long now = tiers.clock().unixSeconds();
    tiers.flushIfDue(now);
    LargeDemotion underWay = writing;
    if (underWay != null) {
      return await(underWay);
    }
    Segment segment = victim;
    if (segment == null) {
      if (!ram.isLow()) {
        return UNTIL_WOKEN;
      }
      tiers.index().sizeGhost();
      segment = ram.takeVictim();
      if (segment == null) {
        // All there is stands in open segments. Who waits is not woken: nothing has been freed.
        mainWriter.seal();
        probationWriter.seal();
        ram.askHolders();
        return RETRY_NANOS;
      }
      victim = segment;
      position = 0;
      keptBytes = 0;
      compacts = segment.isMoreThanHalfDead();
      keptBytesMax = ram.isExhausted() ? segment.tailBytes() / 2 : segment.tailBytes();
    }
    return advance(segment, now);
  }

  private long advance(Segment segment, long now) {
    MemorySegment memory = segment.memory();
    for (int i = 0; i < RECORDS_PER_CALL && position < segment.tailBytes(); i++) {
      int span = RecordLayout.spanBytes(memory, position);
      Fate fate = leave(segment, position, span, now);
      if (fate == Fate.WAITS) {
        return RETRY_NANOS;
      }
      isAdmitted = false;
      LargeDemotion begun = writing;
      if (fate == Fate.TO_BE_WRITTEN && begun != null) {
        FlashRecords.writeDirectly(tiers.flashOfSlot(), begun.write(), 0);
        return RETRY_NANOS;
      }
      if (fate == Fate.SEGMENT_STAYS) {
        return stay(segment);
      }
      position += span;
    }
    return position == segment.tailBytes() ? end(segment) : AT_ONCE;
  }

  /** What follows when every record of a segment has been looked at. */
  private long end(Segment segment) {
    if (settings.evicts() || segment.liveBytes() == 0) {
      victim = null;
      keptInTurnCount = 0;
      ram.free(segment);
      return AT_ONCE;
    }
    if (!compacts && segment.liveBytes() <= segment.tailBytes() / 8 * 7) {
      compacts = true;
      position = 0;
      return AT_ONCE;
    }
    return stay(segment);
  }

  private long stay(Segment segment) {
    victim = null;
    ram.keep(segment);
    if (!settings.evicts() && ++keptInTurnCount >= ram.sealedCount()) {
      ram.refuse();
    }
    return ram.isRefusing() ? REFUSING_NANOS : AT_ONCE;
  }

  private Fate leave(Segment segment, int at, int span, long now) {
    MemorySegment memory = segment.memory();
    if ((RecordLayout.state(memory, at) & RecordLayout.FILLER) != 0) {
      return Fate.LEFT;
    }
    // Key and span of a record in RAM never change, so they may be read before the lock is held.
    long hash = tiers.hash(memory, RecordLayout.keyOffset(at), RecordLayout.keyLength(memory, at));
    Shard shard = tiers.index().shardOf(hash);
    synchronized (shard) {
      long cursor = shard.find(hash, tiers.ramLocation(segment, at));
      if (cursor == Shard.NONE) {
        return Fate.LEFT;
      }
      if (tiers.isDead(memory, at, now)) {
        tiers.dropRam(shard, cursor, hash, Tiers.deathOf(memory, at, now));
        counters.increment(CacheCounter.RECLAIMED);
        return Fate.LEFT;
      }
      if (compacts && moveOn(shard, cursor, segment, at, span, now)) {
        return Fate.LEFT;
      }
      if (!settings.evicts()) {
        return leaveOrStay(shard, cursor, segment, at, hash, now);
      }
      long slot = shard.get(cursor);
      if (Slot.hits(slot) > 0) {
        if (segment.isLarge()) {
          shard.set(cursor, Slot.withHits(slot, Slot.hits(slot) - 1));
          return Fate.SEGMENT_STAYS;
        }
        if (keep(shard, cursor, segment, at, span, now)) {
          return Fate.LEFT;
        }
      }
      if (isTooYoung(segment, at, span, now) && keep(shard, cursor, segment, at, span, now)) {
        return Fate.LEFT;
      }
      PageStore flash = tiers.flash();
      if (flash == null) {
        return evict(shard, cursor, segment, at, hash, Departure.EVICTED_FROM_RAM);
      }
      return demote(flash, shard, cursor, segment, at, hash, now);
    }
  }

  /** Where nothing may be evicted: what was hit stays, the rest goes to flash if flash takes it. */
  @GuardedBy("shard")
  private Fate leaveOrStay(Shard shard, long cursor, Segment segment, int at, long hash, long now) {
    PageStore flash = tiers.flash();
    if (flash == null || compacts) {
      return Fate.STAYS;
    }
    long slot = shard.get(cursor);
    if (Slot.hits(slot) > 0) {
      shard.set(cursor, Slot.withHits(slot, Slot.hits(slot) - 1));
      return Fate.STAYS;
    }
    return demote(flash, shard, cursor, segment, at, hash, now);
  }

  /** Whether a record was read or stored too lately to go while something else can. */
  private boolean isTooYoung(Segment segment, int at, int span, long now) {
    long ageSeconds = settings.tunables().itemAgeSeconds();
    return ageSeconds > 0
        && !segment.isLarge()
        && now - RecordLayout.accessSeconds(segment.memory(), at) < ageSeconds
        && !ram.isExhausted()
        && keptBytes + span <= segment.tailBytes() / 2;
  }

  /** Moves a record that was hit to the main queue. */
  @GuardedBy("shard")
  private boolean keep(Shard shard, long cursor, Segment segment, int at, int span, long now) {
    if (keptBytes + span > keptBytesMax) {
      return false;
    }
    int hits = Slot.hits(shard.get(cursor));
    int hitsLeft = segment.queue() == RamQueue.PROBATION ? 0 : Math.max(0, hits - 1);
    if (!move(shard, cursor, segment, at, span, mainWriter, hitsLeft, now)) {
      return false;
    }
    keptBytes += span;
    counters.increment(CacheCounter.KEPT_IN_RAM);
    return true;
  }

  /** Moves a record within its queue, out of a segment whose dead are to be gained. */
  @GuardedBy("shard")
  private boolean moveOn(Shard shard, long cursor, Segment segment, int at, int span, long now) {
    RamWriter writer = segment.queue() == RamQueue.MAIN ? mainWriter : probationWriter;
    return move(shard, cursor, segment, at, span, writer, Slot.hits(shard.get(cursor)), now);
  }

  @GuardedBy("shard")
  private boolean move(
      Shard shard,
      long cursor,
      Segment segment,
      int at,
      int span,
      RamWriter writer,
      int hits,
      long now) {
    if (!writer.claim(span, now)) {
      return false;
    }
    Segment target = writer.segment();
    MemorySegment.copy(segment.memory(), at, target.memory(), writer.offset(), span);
    long slot = shard.get(cursor);
    shard.set(cursor, tiers.ramSlot(Slot.tag(slot), hits, span, target, writer.offset()));
    writer.publish();
    segment.died(span);
    return true;
  }

  @GuardedBy("shard")
  private Fate demote(
      PageStore flash, Shard shard, long cursor, Segment segment, int at, long hash, long now) {
    MemorySegment memory = segment.memory();
    int tag = Slot.tag(shard.get(cursor));
    long twin = tiers.slotOfTwin(memory, at, tag);
    if (twin != Slot.EMPTY) {
      shard.set(cursor, twin);
      segment.died(RecordLayout.spanBytes(memory, at));
      counters.increment(CacheCounter.DEMOTED_TO_TWIN);
      return Fate.LEFT;
    }
    int bytes = Tiers.flashBytes(memory, at);
    // Asked once: what it costs of the write budget is spent when the answer is yes.
    CacheCounter refusal = isAdmitted ? null : admission.refusal(flash, segment, at, bytes, now);
    isAdmitted = refusal == null;
    if (refusal != null) {
      if (settings.evicts()) {
        counters.increment(refusal);
      }
      return evict(shard, cursor, segment, at, hash, Departure.REFUSED);
    }
    boolean directly = segment.isLarge() && bytes >= flash.directRecordBytesMin();
    DirectWrite write = directly ? writeOf(memory, at, bytes) : null;
    Bucket bucket = settings.bands().bucketFor(RecordLayout.expirySeconds(memory, at), now);
    ReserveOutcome outcome =
        write == null
            ? flash.reserve(bucket, bytes, hash, reservation)
            : leftBehind.isEmpty()
                ? flash.reserveDirect(bucket, hash, write)
                : ReserveOutcome.NO_BUFFER;
    if (outcome == ReserveOutcome.OUT_OF_SERVICE || outcome == ReserveOutcome.TOO_LARGE) {
      return evict(shard, cursor, segment, at, hash, Departure.EVICTED_FROM_RAM);
    }
    if (outcome != ReserveOutcome.RESERVED) {
      if (isPatient(flash)) {
        return Fate.WAITS;
      }
      if (!settings.evicts()) {
        return Fate.STAYS;
      }
      evictedCounts.incrementAndGet(Slot.sizeClass(shard.get(cursor)));
      tellEvicted(segment, at);
      tiers.dropRam(shard, cursor, hash, from(segment, Departure.DROPPED));
      counters.increment(CacheCounter.DEMOTE_DROPPED);
      return Fate.LEFT;
    }
    waiting = false;
    dropping = false;
    if (write != null) {
      RecordLayout.setState(memory, at, RecordLayout.state(memory, at) | RecordLayout.BUSY);
      writing = new LargeDemotion(write, segment, hash, tag, bucket);
      idleWrite = null;
      return Fate.TO_BE_WRITTEN;
    }
    long written = FlashRecords.write(flash, reservation, memory, at, bytes, tag);
    if (written == Slot.EMPTY) {
      tiers.dropRam(shard, cursor, hash, Departure.DEVICE_ERROR);
      counters.increment(CacheCounter.LOST_WITH_PAGE);
      return Fate.LEFT;
    }
    tellWritten(segment, at, bucket);
    shard.set(cursor, written);
    segment.died(RecordLayout.spanBytes(memory, at));
    counters.increment(CacheCounter.DEMOTED);
    return Fate.LEFT;
  }

  /** Makes a large record ready to be written: alone in its memory, with zeros behind it. */
  private DirectWrite writeOf(MemorySegment memory, int at, int bytes) {
    tiers.untwin(memory, at);
    memory.asSlice(bytes).fill((byte) 0);
    DirectWrite write = idleWrite != null ? idleWrite : new DirectWrite();
    idleWrite = write;
    write.from(memory, bytes);
    return write;
  }

  /** Goes on with a large record once the device has it, or has taken too long. */
  private long await(LargeDemotion demotion) {
    boolean isOver = !demotion.isUnderWay();
    if (!isOver && isPatient(tiers.flashOfSlot())) {
      return RETRY_NANOS;
    }
    if (!isOver && !settings.evicts()) {
      ram.refuse();
      return RETRY_NANOS;
    }
    writing = null;
    victim = null;
    if (!isOver) {
      drop(demotion);
      leftBehind.add(demotion);
      return AT_ONCE;
    }
    swing(demotion);
    idleWrite = demotion.write();
    if (demotion.segment().liveBytes() == 0) {
      ram.free(demotion.segment());
    } else if (isInLastSegments) {
      // The device has refused it. There is no later but this: it goes to another page.
      lastSegments.add(demotion.segment());
    } else {
      ram.keep(demotion.segment());
    }
    return AT_ONCE;
  }

  /** Points the slot at the copy on flash, if the record is still the one that was written. */
  private void swing(LargeDemotion demotion) {
    PageStore flash = tiers.flashOfSlot();
    Segment segment = demotion.segment();
    MemorySegment memory = segment.memory();
    Shard shard = tiers.index().shardOf(demotion.hash());
    synchronized (shard) {
      long cursor = shard.find(demotion.hash(), tiers.ramLocation(segment, 0));
      boolean isSame =
          cursor != Shard.NONE && (RecordLayout.state(memory, 0) & RecordLayout.BUSY) != 0;
      // Who asked for it meanwhile counts on flash only if it was read: there hits say just that.
      int hits =
          isSame && (RecordLayout.state(memory, 0) & RecordLayout.FETCHED) != 0
              ? Slot.hits(shard.get(cursor))
              : 0;
      long slot =
          isSame ? FlashRecords.slotOf(flash, demotion.write(), demotion.tag(), hits) : Slot.EMPTY;
      if (slot != Slot.EMPTY) {
        flash.pointedAt(demotion.write());
        tellWritten(segment, 0, demotion.bucket());
        shard.set(cursor, slot);
        segment.died(RecordLayout.spanBytes(memory, 0));
        counters.increment(CacheCounter.DEMOTED);
        return;
      }
      FlashRecords.forget(flash, demotion.write());
      if (cursor != Shard.NONE) {
        tiers.untwin(memory, 0);
      }
    }
  }

  private void drop(LargeDemotion demotion) {
    Shard shard = tiers.index().shardOf(demotion.hash());
    synchronized (shard) {
      long cursor = shard.find(demotion.hash(), tiers.ramLocation(demotion.segment(), 0));
      if (cursor != Shard.NONE) {
        evictedCounts.incrementAndGet(Slot.sizeClass(shard.get(cursor)));
        tellEvicted(demotion.segment(), 0);
        tiers.dropRam(shard, cursor, demotion.hash(), from(demotion.segment(), Departure.DROPPED));
        counters.increment(CacheCounter.DEMOTE_DROPPED);
      }
    }
  }

  /** Whether a write that was given up has ended after all, and its memory is free. */
  private boolean isOver(LargeDemotion demotion) {
    if (demotion.isUnderWay()) {
      return false;
    }
    FlashRecords.forget(tiers.flashOfSlot(), demotion.write());
    demotion.write().close();
    ram.free(demotion.segment());
    return true;
  }

  /** Whether the device may still be waited for. */
  private boolean isPatient(PageStore flash) {
    long progress = flash.progress();
    long now = tiers.clock().nanos();
    if (!waiting || progress != progressSeen) {
      waiting = true;
      dropping = false;
      progressSeen = progress;
      waitingSinceNanos = now;
    } else if (now - waitingSinceNanos > settings.maxWaitNanos()) {
      dropping = true;
    }
    return !dropping;
  }

  /** Has a record go for good, if any may. */
  @GuardedBy("shard")
  private Fate evict(Shard shard, long cursor, Segment segment, int at, long hash, Departure why) {
    if (!settings.evicts()) {
      return Fate.STAYS;
    }
    counters.increment(CacheCounter.EVICTED_FROM_RAM);
    int slabClass = Slot.sizeClass(shard.get(cursor));
    evictedCounts.incrementAndGet(slabClass);
    if ((RecordLayout.state(segment.memory(), at) & RecordLayout.FETCHED) == 0) {
      counters.increment(CacheCounter.EVICTED_FROM_RAM_UNREAD);
      evictedUnreadCounts.incrementAndGet(slabClass);
    }
    tellEvicted(segment, at);
    tiers.dropRam(shard, cursor, hash, from(segment, why));
    return Fate.LEFT;
  }

  private void tellEvicted(Segment segment, int at) {
    if (listener.hearsItems()) {
      listener.evicted(viewOf(segment, at), tiers.clock().unixSeconds(), false);
    }
  }

  private void tellWritten(Segment segment, int at, Bucket bucket) {
    if (listener.hearsItems()) {
      listener.writtenToFlash(viewOf(segment, at), tiers.clock().unixSeconds(), bucket.number());
    }
  }

  private ItemView viewOf(Segment segment, int at) {
    MemorySegment memory = segment.memory();
    boolean isRead = (RecordLayout.state(memory, at) & RecordLayout.FETCHED) != 0;
    return view.show(memory, at, RecordLayout.accessSeconds(memory, at), isRead);
  }

  private static Departure from(Segment segment, Departure why) {
    return segment.queue() == RamQueue.MAIN ? why.fromMain() : why;
  }

  /** Gives memory back. The step has been stopped, and so has the device. */
  public void close() {
    leftBehind.forEach(demotion -> demotion.write().close());
    LargeDemotion underWay = writing;
    if (underWay != null) {
      underWay.write().close();
    } else if (idleWrite != null) {
      idleWrite.close();
    }
  }
}
