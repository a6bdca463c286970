package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Index;
import io.larder.cache.index.KeyHash;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.ram.RamLog;
import io.larder.cache.ram.Segment;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.Departure;
import io.larder.cache.stats.SlabClasses;
import io.larder.engine.PageStore;
import io.larder.engine.model.RecordFinder;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateLog;
import io.larder.engine.state.StateValue;
import io.larder.platform.time.Clock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index and the two logs it points into, and what keeps the three in step.
 *
 * <p><b>Threads.</b> Any. A method that takes a shard is called with that shard's lock held. Lock
 * order: shard, then RAM log and budget, or bucket, page and the rest of the engine.
 */
public final class Tiers {
  /*
   * Every slot that points at flash is counted as live in its page, and so is every twin. A slot or
   * a twin that goes away is therefore always forgotten here, in one of the drop methods, with the
   * same figure it was counted with: the bytes of its size class.
   */

  private static final Logger LOG = LoggerFactory.getLogger(Tiers.class);
  private static final long LOG_PAUSE_NANOS = 60_000_000_000L;

  /** So many sequences are noted as given at once: a note every few minutes under heavy load. */
  private static final long SEQUENCE_BLOCK = 1 << 22;

  private static final int SEQUENCES_A_SECOND_BITS = 20;

  private static final int CACHE_LINE_BYTES = 64;
  private static final int TOUCHED_BYTES = 3 * CACHE_LINE_BYTES;

  private final AtomicLong indexFullLoggedNanos = new AtomicLong();
  private final Index index;
  private final RamLog ram;
  private final @Nullable PageStore flash;
  private final KeyHash keyHash;
  private final Clock clock;
  private final int placeOfSegments;
  private final StateLog state;
  private final AtomicLong sequence;

  /** Sequences up to here are noted as given; what a run has left of them is never given. */
  private volatile long notedSequence;

  private final Object sequenceLock = new Object();

  /** Whether records of an earlier run are still being found. */
  private volatile boolean restoring;

  /** Two flushes at once must neither lower the watermark nor lose a due time; held alone. */
  private final Object flushLock = new Object();

  private volatile long flushedSequence;
  private volatile long flushDueSeconds;

  /** Ties the parts together; {@code flash} is null when RAM is all there is. */
  public Tiers(
      Index index,
      RamLog ram,
      @Nullable PageStore flash,
      KeyHash keyHash,
      Clock clock,
      int placeOfSegments) {
    this.index = index;
    this.ram = ram;
    this.flash = flash;
    this.keyHash = keyHash;
    this.clock = clock;
    this.placeOfSegments = placeOfSegments;
    this.state = flash == null ? StateLog.NONE : flash.state();
    SavedState saved = flash == null ? null : flash.saved();
    this.sequence = new AtomicLong(firstSequence(saved));
    this.notedSequence = state.isKept() ? sequence.get() : Long.MAX_VALUE;
    if (saved != null) {
      this.flushedSequence = saved.value(StateValue.FLUSHED_SEQUENCE);
      this.flushDueSeconds = saved.value(StateValue.FLUSH_DUE_SECONDS);
      this.restoring = true;
    }
  }

  public Index index() {
    return index;
  }

  public RamLog ram() {
    return ram;
  }

  /** The flash tier's pages, or null when there are none. */
  public @Nullable PageStore flash() {
    return flash;
  }

  /** The flash tier's pages; only for who has found a slot that points there. */
  public PageStore flashOfSlot() {
    PageStore store = flash;
    if (store == null) {
      throw new IllegalStateException("a slot points at flash, and there is none");
    }
    return store;
  }

  public Clock clock() {
    return clock;
  }

  /** The hash of a key. */
  public long hash(MemorySegment memory, long keyOffset, int keyLength) {
    return keyHash.of(memory, keyOffset, keyLength);
  }

  /** Knows records on flash, and the hashes of their keys. */
  RecordFinder recordFinder() {
    return new FlashRecordFinder(keyHash);
  }

  /**
   * Where the sequence goes on. If nothing is known of an earlier run, then at what no run can have
   * reached that was not faster than a million writes a second all its life.
   */
  private long firstSequence(@Nullable SavedState saved) {
    long noted = saved == null ? 0 : saved.value(StateValue.SEQUENCE);
    if (noted != 0) {
      return noted;
    }
    // A run may have been flushed before it gave a sequence, and the clock set back since.
    long flushed = saved == null ? 0 : saved.value(StateValue.FLUSHED_SEQUENCE);
    return state.isKept()
        ? Math.max(flushed, clock.unixSeconds() << SEQUENCES_A_SECOND_BITS)
        : flushed;
  }

  /** A sequence that no other record has or will have. */
  public long nextSequence() {
    long next = sequence.incrementAndGet();
    if (next > notedSequence) {
      noteSequences(next);
    }
    return next;
  }

  private void noteSequences(long next) {
    synchronized (sequenceLock) {
      if (next > notedSequence) {
        state.value(StateValue.SEQUENCE, next + SEQUENCE_BLOCK);
        state.force();
        notedSequence = next + SEQUENCE_BLOCK;
      }
    }
  }

  /** Whether records of an earlier run are still being found. */
  public boolean isRestoring() {
    return restoring;
  }

  /**
   * A request takes effect on a key, which may have a record of an earlier run that has not been
   * found yet: it must not be found any more, neither by this run nor by the next. In the same hold
   * of the shard's lock in which the request acts, and not before: one that still waits has changed
   * nothing.
   */
  @GuardedBy("shard")
  public void keyChanges(Shard shard, long hash) {
    if (shard.keyChanges(hash)) {
      state.keyChanged(hash);
    }
  }

  /** All records of the earlier run have been found. */
  void restored() {
    restoring = false;
    for (Shard shard : index.shards()) {
      synchronized (shard) {
        shard.forgetChangedKeys();
      }
    }
  }

  /** What was noted has to outlive the machine, if that is asked for, before anyone hears of it. */
  public void settle() {
    state.force();
  }

  /** Whether a slot points into RAM. */
  public boolean isRam(long slot) {
    return Slot.place(slot) >= placeOfSegments;
  }

  /** The segment that a slot points into. */
  public Segment segmentOf(long slot) {
    return ram.segment(Slot.place(slot) - placeOfSegments);
  }

  /**
   * Reads from the begin of a record in RAM whose slot was found without a lock, if it is still
   * there. What comes behind that the processor fetches by itself, once it sees where this leads.
   *
   * @return something that depends on what was read
   */
  public long touchRam(long slot) {
    Segment segment = isRam(slot) ? ram.segmentIfUsed(Slot.place(slot) - placeOfSegments) : null;
    if (segment == null) {
      return 0;
    }
    MemorySegment memory = segment.memory();
    int offset = ramOffset(slot);
    try {
      long read = 0;
      long end = Math.min(memory.byteSize(), (long) offset + TOUCHED_BYTES);
      for (long at = offset; at < end; at += CACHE_LINE_BYTES) {
        read ^= memory.get(ValueLayout.JAVA_BYTE, at);
      }
      return read;
    } catch (IllegalStateException e) {
      // Its memory has just gone back to the system.
      return 0;
    }
  }

  /** Where in its segment the record of a slot starts. */
  public static int ramOffset(long slot) {
    return Slot.offset(slot) * RecordLayout.RAM_ALIGNMENT_BYTES;
  }

  /** The location of a record in RAM, as its slot has it. */
  public long ramLocation(Segment segment, int offsetBytes) {
    return Slot.location(
        placeOfSegments + segment.id(), offsetBytes / RecordLayout.RAM_ALIGNMENT_BYTES);
  }

  /** A slot for a record in RAM. */
  public long ramSlot(int tag, int hits, int spanBytes, Segment segment, int offsetBytes) {
    return Slot.of(
        tag,
        hits,
        SlabClasses.of(spanBytes),
        placeOfSegments + segment.id(),
        offsetBytes / RecordLayout.RAM_ALIGNMENT_BYTES);
  }

  /** Whether a record is past its expiry. */
  public static boolean isExpired(MemorySegment memory, long offset, long nowSeconds) {
    long expiry = RecordLayout.expirySeconds(memory, offset);
    return expiry != 0 && expiry <= nowSeconds;
  }

  /** Whether a record is older than the last flush_all that is due. */
  public boolean isFlushed(MemorySegment memory, long offset) {
    return RecordLayout.sequence(memory, offset) <= flushedSequence;
  }

  /** Whether a record may no longer be shown to anyone. */
  public boolean isDead(MemorySegment memory, long offset, long nowSeconds) {
    return isExpired(memory, offset, nowSeconds) || isFlushed(memory, offset);
  }

  /** What a {@link #isDead dead} record has died of. */
  public static Departure deathOf(MemorySegment memory, long offset, long nowSeconds) {
    return isExpired(memory, offset, nowSeconds) ? Departure.EXPIRED : Departure.FLUSHED;
  }

  /**
   * Lets every record written so far die.
   *
   * @param dueSeconds when; at once if that is not in the future
   */
  public void flushAll(long dueSeconds) {
    long now = clock.unixSeconds();
    // One whose time has come, and which nobody has noticed yet, is not taken back any more.
    flushIfDue(now);
    synchronized (flushLock) {
      if (dueSeconds > now) {
        flushDueSeconds = dueSeconds;
        state.value(StateValue.FLUSH_DUE_SECONDS, dueSeconds);
        return;
      }
      flushNow();
    }
    giveUpSealedPages();
  }

  @GuardedBy("flushLock")
  private void flushNow() {
    // First what lets the records die, then what would do so again: a later flush_all may be
    // between.
    long flushed = sequence.get();
    state.value(StateValue.FLUSHED_SEQUENCE, flushed);
    state.value(StateValue.FLUSH_DUE_SECONDS, 0);
    flushDueSeconds = 0;
    flushedSequence = flushed;
  }

  /** Carries out a delayed flush_all whose time has come. */
  public void flushIfDue(long nowSeconds) {
    if (!isDue(nowSeconds)) {
      return;
    }
    synchronized (flushLock) {
      if (!isDue(nowSeconds)) {
        return;
      }
      flushNow();
    }
    giveUpSealedPages();
  }

  private boolean isDue(long nowSeconds) {
    long due = flushDueSeconds;
    return due != 0 && due <= nowSeconds;
  }

  private void giveUpSealedPages() {
    if (flash != null) {
      flash.requestEvictionOfSealed();
    }
  }

  /** The index may not take more of the RAM: the oldest page goes, and its slots with it. */
  public void indexIsFull() {
    long now = clock.nanos();
    long last = indexFullLoggedNanos.get();
    if ((last == 0 || now - last > LOG_PAUSE_NANOS)
        && indexFullLoggedNanos.compareAndSet(last, now)) {
      LOG.warn(
          "the index has taken all the memory it may: the oldest items on flash are evicted to"
              + " make room for new ones; raise -m to keep more");
    }
    if (flash != null) {
      flash.requestEviction();
    }
  }

  /** The item of a slot is gone, wherever it points, and so is the slot. */
  @GuardedBy("shard")
  public void drop(Shard shard, long cursor, long hash, Departure why) {
    if (isRam(shard.get(cursor))) {
      dropRam(shard, cursor, hash, why);
    } else {
      dropFlash(shard, cursor, hash, why);
    }
  }

  /** The item of a slot that points into RAM is gone, and so is the slot. */
  @GuardedBy("shard")
  public void dropRam(Shard shard, long cursor, long hash, Departure why) {
    long slot = shard.get(cursor);
    leaveRam(segmentOf(slot), ramOffset(slot));
    shard.remove(cursor);
    shard.departed(hash, why);
  }

  /** The item of a slot that points at flash is gone, and so is the slot. */
  @GuardedBy("shard")
  public void dropFlash(Shard shard, long cursor, long hash, Departure why) {
    takeFlash(shard, cursor);
    shard.departed(hash, why);
  }

  /** Empties a slot that points at flash; another takes its place. */
  @GuardedBy("shard")
  public void takeFlash(Shard shard, long cursor) {
    leaveFlash(shard.get(cursor));
    shard.remove(cursor);
  }

  /**
   * Takes a record in RAM, and its twin, out of the books; its slot is about to point elsewhere.
   */
  public void leaveRam(Segment segment, int offset) {
    forgetTwin(segment.memory(), offset);
    segment.died(RecordLayout.spanBytes(segment.memory(), offset));
  }

  /** Takes a record on flash out of the books; its slot is about to point elsewhere. */
  public void leaveFlash(long slot) {
    flashOfSlot()
        .forget(Slot.place(slot), Slot.offset(slot), SizeClasses.bytes(Slot.sizeClass(slot)));
  }

  /**
   * The record in RAM is about to differ from its copy on flash, if it has one, or from the one
   * that is just being written.
   */
  public void untwin(MemorySegment memory, long offset) {
    forgetTwin(memory, offset);
    int state = RecordLayout.state(memory, offset);
    if ((state & (RecordLayout.TWIN | RecordLayout.BUSY)) != 0) {
      RecordLayout.setState(memory, offset, state & ~(RecordLayout.TWIN | RecordLayout.BUSY));
    }
  }

  private void forgetTwin(MemorySegment memory, long offset) {
    if ((RecordLayout.state(memory, offset) & RecordLayout.TWIN) == 0) {
      return;
    }
    long twin = RecordLayout.twin(memory, offset);
    flashOfSlot()
        .forgetIfAlive(
            Twin.pageId(twin),
            Twin.offsetUnits(twin),
            Twin.versionBits(twin),
            Twin.VERSION_MASK,
            SizeClasses.bytes(SizeClasses.of(flashBytes(memory, offset))));
  }

  /** Bytes that a record in RAM takes on flash, without padding. */
  static int flashBytes(MemorySegment memory, long offset) {
    return RecordLayout.recordBytes(
        RecordLayout.keyLength(memory, offset),
        RecordLayout.valueLength(memory, offset),
        RecordLayout.state(memory, offset) & ~RecordLayout.TWIN);
  }

  /**
   * The slot that points back at the copy on flash of a record in RAM.
   *
   * @return {@link Slot#EMPTY} when there is no such copy any more
   */
  long slotOfTwin(MemorySegment memory, long offset, int tag) {
    if ((RecordLayout.state(memory, offset) & RecordLayout.TWIN) == 0) {
      return Slot.EMPTY;
    }
    long twin = RecordLayout.twin(memory, offset);
    int page = Twin.pageId(twin);
    if (!flashOfSlot().isAlive(page, Twin.versionBits(twin), Twin.VERSION_MASK)) {
      return Slot.EMPTY;
    }
    int sizeClass = SizeClasses.of(flashBytes(memory, offset));
    // The copy may not say that it has been read; on flash the slot's hits do.
    int hits = (RecordLayout.state(memory, offset) & RecordLayout.FETCHED) == 0 ? 0 : 1;
    return Slot.of(tag, hits, sizeClass, page, Twin.offsetUnits(twin));
  }

  /** What a record in RAM keeps of its copy on flash. */
  public static long twinOf(long slot, long pageVersion) {
    return Twin.of(Slot.place(slot), Slot.offset(slot), pageVersion);
  }
}
