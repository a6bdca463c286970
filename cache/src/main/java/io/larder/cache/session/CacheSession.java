package io.larder.cache.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.model.ForeseenKeys;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.ItemVisitor;
import io.larder.cache.model.ItemWalk;
import io.larder.cache.model.Request;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.ram.RamQueue;
import io.larder.cache.ram.RamWriter;
import io.larder.cache.ram.Segment;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.CounterSet;
import io.larder.cache.stats.Departure;
import io.larder.cache.stats.SlabClasses;
import io.larder.cache.tier.FlashRecords;
import io.larder.cache.tier.Tiers;
import io.larder.engine.PageStore;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.read.PageReadListener;
import io.larder.engine.read.ReadBuffers;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.work.Wakeup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the requests of one thread, on items of either tier alike.
 *
 * <p><b>Threads.</b> Confined to its owner thread: {@link #execute} and {@link #close} are called
 * there, and answers arrive there. Takes one shard's lock at a time.
 */
public final class CacheSession implements RequestExecutor, AutoCloseable {
  /*
   * The life of a request, top to bottom in this file.
   *
   * A step holds the shard's lock and looks at every slot with the key's tag. A record in RAM is
   * compared at once. A slot that points at flash cannot be: if the answer depends on it, its page is
   * leased, the lock is let go and the record is read. What comes back is judged: broken (its slot
   * goes), another key's (remembered, the search goes on), or the key's own. A pure read is then
   * answered from the read buffer: it happened when it looked. Everything that changes something takes
   * a second step: lock, look again, and only if the slot still points at the record that was read is
   * it taken for the item. The lease is kept until then, so a location cannot change its meaning in
   * between.
   *
   * Only a plain set does not read: it takes all flash slots of its tag, so that no older copy of its
   * own key is left behind. One in thousands is another key's, and that is a miss for it.
   *
   * A request that needs room in RAM and finds none is parked, having changed nothing, and starts over
   * when demotion has freed a segment.
   *
   * Order: while a request is under way on a key, reading or parked, what changes the key waits for it,
   * and so does a read that turns out to change something. Other reads pass each other. So the requests
   * of one session on one key take effect in their order, whatever the device does with theirs.
   */

  /** With fewer bits of tag than this a plain set reads like the others. */
  private static final int TAG_BITS_TO_TRUST = 14;

  private static final int KEPT_BY_ARITHMETIC =
      RecordLayout.KEY_BINARY | RecordLayout.FETCHED | RecordLayout.STALE | RecordLayout.TOKEN_SENT;

  private final Tiers tiers;
  private final SessionSettings settings;
  private final CounterSet counters;
  private final @Nullable ReadQueue reads;
  private final Executor owner;
  private final RamWriter probation;
  private final RamWriter main;

  /** The one of the two that has claimed room last. */
  private RamWriter writer;

  private final ItemView view = new ItemView();
  private final ItemView noItem = new ItemView();
  private final DecimalText decimal = new DecimalText();
  private final Arena arena = Arena.ofShared();
  private MemorySegment blanks = MemorySegment.NULL;
  private final MemorySegment digits = arena.allocate(DecimalText.DIGITS_MAX);
  private final ReadBuffers readBuffers;
  private final PageReadListener readListener;
  private final Deque<FlashLookup> idleLookups = new ArrayDeque<>();
  private final Deque<FlashLookup> deferredReads = new ArrayDeque<>();
  private final Deque<FlashLookup> parkedLookups = new ArrayDeque<>();
  private final LookupsByKey lookups = new LookupsByKey();
  private final Deque<FlashLookup> turns = new ArrayDeque<>();
  private final AtomicBoolean retryScheduled = new AtomicBoolean();
  private final Wakeup roomWaiter = this::wakeForRoom;
  private final AtomicBoolean sealScheduled = new AtomicBoolean();
  private final Wakeup segmentHolder = this::wakeToSeal;
  private volatile boolean hasParked;
  private @Nullable FlashLookup starting;
  private @Nullable FlashLookup found;
  private MemorySegment recordMemory = MemorySegment.NULL;
  private long recordOffset;
  private final long[] foreseenHashes = new long[ForeseenKeys.COUNT_MAX];
  private final long[] foreseenSlots = new long[ForeseenKeys.COUNT_MAX];

  /** Never asked for: a read that leads to nothing is one that the compiler leaves out. */
  @SuppressWarnings("UnusedVariable")
  private long foreseen;

  private int inFlightCount;
  private int waitingForTurnCount;
  private int recacheCount;
  private long roomBeforeStep;

  /** The index has no memory for a new item, and nothing may be evicted for it. */
  private boolean indexRefuses;

  /** Something asked for earlier is still under way on the key of this step. */
  private boolean isBehind;

  /**
   * A session for one thread.
   *
   * @param reads carries its flash reads; null when the cache has no flash
   * @param owner runs tasks on the owner thread
   */
  public CacheSession(
      Tiers tiers,
      SessionSettings settings,
      CounterSet counters,
      @Nullable ReadQueue reads,
      Executor owner) {
    this.tiers = tiers;
    this.settings = settings;
    this.counters = counters;
    this.reads = reads;
    this.owner = owner;
    this.probation = RamWriter.forRequests(tiers.ram(), RamQueue.PROBATION);
    this.main = RamWriter.forRequests(tiers.ram(), RamQueue.MAIN);
    this.writer = probation;
    PageStore flash = tiers.flash();
    this.readBuffers = flash == null ? new ReadBuffers(new AtomicLong()) : flash.newReadBuffers();
    this.readListener = flash == null ? new NoReads() : flash.readListener();
    tiers.ram().addWaiter(roomWaiter);
    tiers.ram().addHolder(segmentHolder);
  }

  private enum Progress {
    ANSWERED,
    /** A record has to be read first; {@link #found} says which. */
    NEEDS_READ,
    /** The read is under way. */
    READING,
    /** There is no room in RAM now. */
    NEEDS_ROOM,
    /** An earlier request on the key has to be answered first. */
    NEEDS_TURN,
    /** It waits for its turn. */
    WAITING,
    /** Something has changed: look again. */
    LOOK_AGAIN
  }

  @Override
  public long nowSeconds() {
    return tiers.clock().unixSeconds();
  }

  @Override
  public boolean fits(int keyLength, int flags, int valueLength) {
    return SessionSettings.itemBytes(keyLength, flags, valueLength) <= settings.itemBytesMax();
  }

  @Override
  public ItemWalk walk(ItemVisitor visitor, boolean withFlash) {
    return new SessionWalk(
        tiers, readBuffers, readListener, reads, visitor, withFlash, settings.readBytesMax());
  }

  // ------------------------------------------------------------------ from request to answer

  @Override
  public boolean execute(Request request) {
    long hash = tiers.hash(request.keyMemory, request.keyOffset, request.keyLength);
    Progress progress = advance(request, hash, null);
    if (progress == Progress.NEEDS_ROOM) {
      FlashLookup lookup = found;
      park(lookup != null ? lookup : takeLookup(request, hash));
    }
    return progress == Progress.ANSWERED;
  }

  @Override
  public void foresee(ForeseenKeys keys) {
    // One thing at a time for all of them: the processor looks ahead no further than a few hundred
    // instructions, and waits together for what it meets there.
    int count = keys.count();
    long read = 0;
    for (int i = 0; i < count; i++) {
      foreseenHashes[i] = tiers.hash(keys.memory(), keys.offset(i), keys.length(i));
    }
    for (int i = 0; i < count; i++) {
      long hash = foreseenHashes[i];
      read ^= tiers.index().shardOf(hash).touch(hash);
    }
    for (int i = 0; i < count; i++) {
      long hash = foreseenHashes[i];
      foreseenSlots[i] = tiers.index().shardOf(hash).likelySlot(hash);
    }
    for (int i = 0; i < count; i++) {
      read ^= tiers.touchRam(foreseenSlots[i]);
    }
    foreseen = read;
  }

  /** Takes steps until the request is answered or has to wait. */
  private Progress advance(Request request, long hash, @Nullable FlashLookup begun) {
    FlashLookup lookup = begun;
    while (true) {
      roomBeforeStep = tiers.ram().roomCount();
      isBehind = !lookups.isEmpty() && lookups.hasOlder(hash, lookup);
      indexRefuses = false;
      found = lookup;
      Progress progress =
          isBehind && !request.isPureRead() ? Progress.NEEDS_TURN : step(request, hash, lookup);
      lookup = found;
      if (progress == Progress.NEEDS_READ && lookup != null) {
        progress = read(lookup);
      }
      if (progress == Progress.NEEDS_ROOM && (indexRefuses || tiers.ram().isRefusing())) {
        progress = refuse(request, hash, lookup);
      }
      if (progress == Progress.NEEDS_TURN) {
        waitForTurn(lookup != null ? lookup : takeLookup(request, hash));
        return Progress.WAITING;
      }
      if (progress == Progress.ANSWERED && lookup != null) {
        retire(lookup);
      }
      if (progress != Progress.LOOK_AGAIN) {
        return progress;
      }
    }
  }

  /** Looks at the slots of the key's tag, under the shard's lock, and acts if it can. */
  private Progress step(Request request, long hash, @Nullable FlashLookup lookup) {
    long now = tiers.clock().unixSeconds();
    tiers.flushIfDue(now);
    Shard shard = tiers.index().shardOf(hash);
    synchronized (shard) {
      long unread = Shard.NONE;
      Departure died = lookup == null ? null : lookup.died;
      for (long at = shard.first(hash); at != Shard.NONE; at = shard.next(at, hash)) {
        long slot = shard.get(at);
        if (tiers.isRam(slot)) {
          MemorySegment memory = tiers.segmentOf(slot).memory();
          long offset = Tiers.ramOffset(slot);
          if (RecordLayout.keyEquals(
              memory, offset, request.keyMemory, request.keyOffset, request.keyLength)) {
            if (!tiers.isDead(memory, offset, now)) {
              request.slabClass = Slot.sizeClass(slot);
              return onItem(request, hash, shard, at, memory, offset, now);
            }
            died = deathOf(memory, offset, now);
            tiers.dropRam(shard, at, hash, died);
          }
        } else if (lookup != null && lookup.owns(slot)) {
          MemorySegment memory = lookup.data().memory();
          if (!tiers.isDead(memory, lookup.dataOffset(), now)) {
            if (lookup.wasHitMeanwhile(slot)) {
              addState(memory, lookup.dataOffset(), RecordLayout.FETCHED);
            }
            request.slabClass = SlabClasses.OF_FLASH;
            return onItem(request, hash, shard, at, memory, lookup.dataOffset(), now);
          }
          died = deathOf(memory, lookup.dataOffset(), now);
          tiers.dropFlash(shard, at, hash, died);
        } else if (unread == Shard.NONE
            && (lookup == null || !lookup.isKnownOther(slot, tiers.flashOfSlot()))) {
          unread = at;
        }
      }
      if (unread == Shard.NONE) {
        return onAbsent(request, hash, shard, now, died);
      }
      if (takesUnread(request, shard)) {
        return onUnread(request, hash, shard, now);
      }
      return leaseToRead(request, hash, shard, unread, lookup);
    }
  }

  @GuardedBy("shard")
  private Progress onItem(
      Request request,
      long hash,
      Shard shard,
      long cursor,
      MemorySegment memory,
      long offset,
      long now) {
    boolean mayChange = mayChangeUnfound(request);
    long slot = mayChange ? shard.get(cursor) : Slot.EMPTY;
    if (request.verb != Verb.READ) {
      request.foundValueLength = RecordLayout.valueLength(memory, offset);
    }
    Progress progress =
        switch (request.verb) {
          case READ -> readItem(request, shard, cursor, memory, offset, now);
          case STORE -> storeOver(request, hash, shard, cursor, memory, offset, now);
          case DELETE -> deleteItem(request, hash, shard, cursor, memory, offset, now);
          case ARITHMETIC -> addTo(request, hash, shard, cursor, memory, offset, now);
        };
    if (mayChange && progress == Progress.ANSWERED && !isLeftOnFlash(shard, cursor, slot)) {
      tiers.keyChanges(shard, hash);
    }
    return progress;
  }

  /**
   * Whether it may change a key of which an earlier run has left a record that is not found yet.
   */
  private boolean mayChangeUnfound(Request request) {
    return tiers.isRestoring() && !request.isPureRead();
  }

  /**
   * Whether a request has left an item on flash as it was: the next process must find it there,
   * should this one end before everything is found, and would refuse it if the key had changed.
   */
  @GuardedBy("shard")
  private boolean isLeftOnFlash(Shard shard, long cursor, long before) {
    long slot = shard.get(cursor);
    return slot != Slot.EMPTY
        && Slot.location(slot) == Slot.location(before)
        && (!tiers.isRam(slot)
            || (RecordLayout.state(tiers.segmentOf(slot).memory(), Tiers.ramOffset(slot))
                    & RecordLayout.TWIN)
                != 0);
  }

  @GuardedBy("shard")
  private Progress onAbsent(
      Request request, long hash, Shard shard, long now, @Nullable Departure died) {
    boolean mayChange = mayChangeUnfound(request);
    request.foundDead = died;
    request.foundValueLength = Request.NOTHING_FOUND;
    Progress progress =
        switch (request.verb) {
          case READ ->
              request.vivifies
                  ? vivifyEmpty(request, hash, shard, now)
                  : missed(request, hash, shard);
          case STORE -> storeNew(request, hash, shard, now);
          case DELETE -> answered(request, Status.NOT_FOUND);
          case ARITHMETIC ->
              request.vivifies
                  ? vivifyNumber(request, hash, shard, now)
                  : answered(request, Status.NOT_FOUND);
        };
    if (mayChange && progress == Progress.ANSWERED) {
      tiers.keyChanges(shard, hash);
    }
    return progress;
  }

  /**
   * There is no room, and none may be made. The value that a store was to replace goes, as
   * memcached's does, so that nobody takes it for the new one.
   */
  private Progress refuse(Request request, long hash, @Nullable FlashLookup lookup) {
    boolean replaces =
        request.verb == Verb.STORE
            && (request.mode == StoreMode.SET || request.mode == StoreMode.REPLACE);
    if (replaces) {
      Shard shard = tiers.index().shardOf(hash);
      synchronized (shard) {
        if (mayChangeUnfound(request)) {
          tiers.keyChanges(shard, hash);
        }
        for (long at = shard.first(hash); at != Shard.NONE; at = shard.next(at, hash)) {
          long slot = shard.get(at);
          if (isOrMayBe(request, shard, slot, lookup)) {
            if (!tiers.isRam(slot) && takesUnread(request, shard)) {
              counters.increment(CacheCounter.SLOTS_TAKEN_UNREAD);
            }
            tiers.drop(shard, at, hash, Departure.DELETED);
          }
        }
      }
    }
    return answered(request, Status.NO_MEMORY);
  }

  @GuardedBy("shard")
  private boolean isOrMayBe(Request request, Shard shard, long slot, @Nullable FlashLookup lookup) {
    return tiers.isRam(slot)
        ? RecordLayout.keyEquals(
            tiers.segmentOf(slot).memory(),
            Tiers.ramOffset(slot),
            request.keyMemory,
            request.keyOffset,
            request.keyLength)
        : takesUnread(request, shard) || (lookup != null && lookup.owns(slot));
  }

  private Progress answered(Request request, Status status) {
    request.answered(status, noItem);
    return Progress.ANSWERED;
  }

  @GuardedBy("shard")
  private Progress missed(Request request, long hash, Shard shard) {
    countMiss(hash, shard);
    return answered(request, Status.MISS);
  }

  @GuardedBy("shard")
  private void countMiss(long hash, Shard shard) {
    Departure why = shard.departure(hash);
    counters.increment(CacheCounter.MISSES);
    counters.increment(why == null ? CacheCounter.MISSES_COLD : why.missCounter());
    if (why != null && (why.isFromProbation() || why.isFromMain()) && shard.hasJustLeft(hash)) {
      tiers.ram().missedFrom(why.isFromMain() ? RamQueue.MAIN : RamQueue.PROBATION);
    }
  }

  /** What a record that a request has found dead has died of; counts it. */
  private Departure deathOf(MemorySegment memory, long offset, long now) {
    Departure death = Tiers.deathOf(memory, offset, now);
    counters.increment(
        death == Departure.EXPIRED ? CacheCounter.FOUND_EXPIRED : CacheCounter.FOUND_FLUSHED);
    return death;
  }

  // ------------------------------------------------------------------ read

  @GuardedBy("shard")
  private Progress readItem(
      Request request, Shard shard, long cursor, MemorySegment from, long at, long now) {
    if (isBehind && wouldWin(request, from, at, now)) {
      return Progress.NEEDS_TURN;
    }
    MemorySegment memory = from;
    long offset = at;
    boolean hitBefore = (RecordLayout.state(memory, offset) & RecordLayout.FETCHED) != 0;
    boolean onFlash = !tiers.isRam(shard.get(cursor));
    if (onFlash) {
      // Only a read that changes something comes here with a record of the other tier.
      if (!bringToRam(shard, cursor, memory, offset, now)) {
        return Progress.NEEDS_ROOM;
      }
      memory = recordMemory;
      offset = recordOffset;
    }
    boolean wins = wouldWin(request, memory, offset, now);
    if (request.touches) {
      request.expiryBeforeSeconds = RecordLayout.expirySeconds(memory, offset);
      setExpiry(memory, offset, request.expirySeconds);
      wins = request.recachesBeforeTouch ? wins : wouldWin(request, memory, offset, now);
    }
    request.won = wins;
    request.answered(
        Status.HIT,
        view.show(memory, offset, RecordLayout.accessSeconds(memory, offset), hitBefore));
    if (!request.leavesNoTrace) {
      leaveTrace(shard, cursor, memory, offset, now);
    }
    if (wins) {
      tiers.untwin(memory, offset);
      addState(memory, offset, RecordLayout.TOKEN_SENT);
    }
    counters.increment(onFlash ? CacheCounter.FLASH_HITS : CacheCounter.RAM_HITS);
    return Progress.ANSWERED;
  }

  @GuardedBy("shard")
  private static void leaveTrace(
      Shard shard, long cursor, MemorySegment memory, long offset, long now) {
    if (RecordLayout.accessSeconds(memory, offset) != now) {
      RecordLayout.setAccessSeconds(memory, offset, now);
    }
    addState(memory, offset, RecordLayout.FETCHED);
    shard.hit(cursor);
  }

  private static void addState(MemorySegment memory, long offset, int bits) {
    int state = RecordLayout.state(memory, offset);
    if ((state & bits) != bits) {
      RecordLayout.setState(memory, offset, state | bits);
    }
  }

  private void setExpiry(MemorySegment memory, long offset, long expirySeconds) {
    if (RecordLayout.expirySeconds(memory, offset) != expirySeconds) {
      tiers.untwin(memory, offset);
      RecordLayout.setExpirySeconds(memory, offset, expirySeconds);
    }
  }

  /** Whether a read of this record chooses its client to refresh it. */
  private static boolean wouldWin(Request request, MemorySegment memory, long offset, long now) {
    int state = RecordLayout.state(memory, offset);
    if ((state & RecordLayout.TOKEN_SENT) != 0) {
      return false;
    }
    if ((state & RecordLayout.STALE) != 0) {
      return request.claimsStale;
    }
    long expiry = RecordLayout.expirySeconds(memory, offset);
    return request.recaches && expiry != 0 && expiry - now < request.recacheBelowSeconds;
  }

  @GuardedBy("shard")
  private Progress vivifyEmpty(Request request, long hash, Shard shard, long now) {
    int state = keyState(request);
    if (!writeRecord(
        request,
        hash,
        shard,
        Shard.NONE,
        state,
        0,
        request.vivifyExpirySeconds,
        now,
        MemorySegment.NULL,
        0,
        0,
        MemorySegment.NULL,
        0,
        0)) {
      return Progress.NEEDS_ROOM;
    }
    countMiss(hash, shard);
    request.made = true;
    request.won = true;
    request.slabClass =
        SlabClasses.of(RecordLayout.spanBytes(request.keyLength, 0, keyState(request)));
    request.answered(Status.HIT, view.show(recordMemory, recordOffset, now, false));
    // The client that made it has also read it.
    int read = request.leavesNoTrace ? 0 : RecordLayout.FETCHED;
    addState(recordMemory, recordOffset, RecordLayout.TOKEN_SENT | read);
    return Progress.ANSWERED;
  }

  // ------------------------------------------------------------------ store

  /** Whether a store need not know what the flash slots of its tag point at. */
  @GuardedBy("shard")
  private static boolean takesUnread(Request request, Shard shard) {
    return request.verb == Verb.STORE
        && request.mode == StoreMode.SET
        && !request.comparesCas
        && shard.tagBitsLeft() >= TAG_BITS_TO_TRUST;
  }

  @GuardedBy("shard")
  private Progress onUnread(Request request, long hash, Shard shard, long now) {
    boolean mayChange = mayChangeUnfound(request);
    request.foundValueLength = Request.NOTHING_FOUND;
    // The room comes first: a set that has to wait leaves the old value where it is.
    Progress progress = storeNew(request, hash, shard, now);
    if (progress == Progress.ANSWERED) {
      if (mayChange) {
        tiers.keyChanges(shard, hash);
      }
      for (long at = shard.first(hash); at != Shard.NONE; at = shard.next(at, hash)) {
        if (!tiers.isRam(shard.get(at))) {
          tiers.takeFlash(shard, at);
          counters.increment(CacheCounter.SLOTS_TAKEN_UNREAD);
        }
      }
    }
    return progress;
  }

  @GuardedBy("shard")
  private Progress storeNew(Request request, long hash, Shard shard, long now) {
    boolean joins = request.mode == StoreMode.APPEND || request.mode == StoreMode.PREPEND;
    if (request.comparesCas && !joins && request.mode != StoreMode.ADD) {
      return answered(request, Status.NOT_FOUND);
    }
    if (request.mode == StoreMode.REPLACE || (joins && !request.vivifies)) {
      return answered(request, Status.NOT_STORED);
    }
    if (!fits(request.keyLength, request.flags, request.valueLength)) {
      return answered(request, Status.TOO_LARGE);
    }
    long expiry = joins ? request.vivifyExpirySeconds : request.expirySeconds;
    return stored(
        request,
        now,
        writeRecord(
            request,
            hash,
            shard,
            Shard.NONE,
            keyState(request),
            request.flags,
            expiry,
            now,
            request.valueMemory,
            request.valueOffset,
            request.valueLength,
            MemorySegment.NULL,
            0,
            0));
  }

  private Progress stored(Request request, long now, boolean hadRoom) {
    if (!hadRoom) {
      return Progress.NEEDS_ROOM;
    }
    counters.increment(CacheCounter.STORED);
    request.answered(Status.STORED, view.show(recordMemory, recordOffset, now, false));
    return Progress.ANSWERED;
  }

  private static int keyState(Request request) {
    return (request.keyBinary ? RecordLayout.KEY_BINARY : 0)
        | (request.setsCas ? RecordLayout.OWN_CAS : 0);
  }

  @GuardedBy("shard")
  private Progress storeOver(
      Request request,
      long hash,
      Shard shard,
      long cursor,
      MemorySegment memory,
      long offset,
      long now) {
    boolean marksStale = false;
    if (request.comparesCas && request.mode != StoreMode.ADD) {
      long cas = RecordLayout.cas(memory, offset);
      boolean takesLower = request.invalidates && Long.compareUnsigned(request.cas, cas) < 0;
      boolean joins = request.mode == StoreMode.APPEND || request.mode == StoreMode.PREPEND;
      if (request.cas != cas && (joins || !takesLower)) {
        return answered(request, Status.EXISTS);
      }
      marksStale = request.cas != cas;
    }
    if (request.mode == StoreMode.ADD) {
      if (tiers.isRam(shard.get(cursor))) {
        // On flash it would look as if the item had been read.
        shard.hit(cursor);
      }
      return answered(request, Status.NOT_STORED);
    }
    if (request.mode == StoreMode.APPEND || request.mode == StoreMode.PREPEND) {
      return join(request, hash, shard, cursor, memory, offset, now);
    }
    if (!fits(request.keyLength, request.flags, request.valueLength)) {
      tiers.drop(shard, cursor, hash, Departure.DELETED);
      return answered(request, Status.TOO_LARGE);
    }
    int state = keyState(request);
    long expiry = request.expirySeconds;
    if (marksStale) {
      state |= RecordLayout.STALE | (RecordLayout.state(memory, offset) & RecordLayout.TOKEN_SENT);
      expiry = RecordLayout.expirySeconds(memory, offset);
    }
    return stored(
        request,
        now,
        writeRecord(
            request,
            hash,
            shard,
            cursor,
            state,
            request.flags,
            expiry,
            now,
            request.valueMemory,
            request.valueOffset,
            request.valueLength,
            MemorySegment.NULL,
            0,
            0));
  }

  @GuardedBy("shard")
  private Progress join(
      Request request,
      long hash,
      Shard shard,
      long cursor,
      MemorySegment memory,
      long offset,
      long now) {
    int oldLength = RecordLayout.valueLength(memory, offset);
    long oldOffset = RecordLayout.valueOffset(memory, offset);
    int flags = RecordLayout.flags(memory, offset);
    if (!fits(request.keyLength, flags, oldLength + request.valueLength)) {
      return answered(request, Status.NOT_STORED);
    }
    boolean appends = request.mode == StoreMode.APPEND;
    int state = keyState(request) | (RecordLayout.state(memory, offset) & RecordLayout.KEY_BINARY);
    return stored(
        request,
        now,
        writeRecord(
            request,
            hash,
            shard,
            cursor,
            state,
            flags,
            RecordLayout.expirySeconds(memory, offset),
            now,
            appends ? memory : request.valueMemory,
            appends ? oldOffset : request.valueOffset,
            appends ? oldLength : request.valueLength,
            appends ? request.valueMemory : memory,
            appends ? request.valueOffset : oldOffset,
            appends ? request.valueLength : oldLength));
  }

  // ------------------------------------------------------------------ delete

  @GuardedBy("shard")
  private Progress deleteItem(
      Request request,
      long hash,
      Shard shard,
      long cursor,
      MemorySegment memory,
      long offset,
      long now) {
    if (request.comparesCas && request.cas != RecordLayout.cas(memory, offset)) {
      return answered(request, Status.EXISTS);
    }
    if (!request.invalidates && !request.clearsValue) {
      tiers.drop(shard, cursor, hash, Departure.DELETED);
      return answered(request, Status.DELETED);
    }
    int kept =
        RecordLayout.state(memory, offset)
            & (RecordLayout.KEY_BINARY | RecordLayout.FETCHED | RecordLayout.STALE);
    int state =
        kept
            | (request.invalidates ? RecordLayout.STALE : 0)
            | (request.setsCas ? RecordLayout.OWN_CAS : 0);
    long expiry =
        request.touches ? request.expirySeconds : RecordLayout.expirySeconds(memory, offset);
    if (!writeRecord(
        request,
        hash,
        shard,
        cursor,
        state,
        request.clearsValue ? 0 : RecordLayout.flags(memory, offset),
        expiry,
        now,
        memory,
        RecordLayout.valueOffset(memory, offset),
        request.clearsValue ? 0 : RecordLayout.valueLength(memory, offset),
        MemorySegment.NULL,
        0,
        0)) {
      return Progress.NEEDS_ROOM;
    }
    request.answered(Status.DELETED, view.show(recordMemory, recordOffset, now, false));
    return Progress.ANSWERED;
  }

  // ------------------------------------------------------------------ arithmetic

  @GuardedBy("shard")
  private Progress addTo(
      Request request,
      long hash,
      Shard shard,
      long cursor,
      MemorySegment memory,
      long offset,
      long now) {
    int oldLength = RecordLayout.valueLength(memory, offset);
    if (oldLength == 0) {
      return answered(request, Status.NON_NUMERIC);
    }
    if (request.comparesCas && request.cas != RecordLayout.cas(memory, offset)) {
      return answered(request, Status.EXISTS);
    }
    if (!decimal.parse(memory, RecordLayout.valueOffset(memory, offset), oldLength)) {
      return answered(request, Status.NON_NUMERIC);
    }
    long old = decimal.number();
    long number;
    if (!request.decrements) {
      number = old + request.delta;
    } else {
      number = Long.compareUnsigned(request.delta, old) > 0 ? 0 : old - request.delta;
    }
    int length = DecimalText.write(number, digits, 0);
    // A shorter number keeps the width of the old one: memcached writes it in place, with spaces.
    int padding = Math.max(0, oldLength - length);
    int state =
        (RecordLayout.state(memory, offset) & KEPT_BY_ARITHMETIC)
            | (request.setsCas ? RecordLayout.OWN_CAS : 0);
    request.expiryBeforeSeconds = RecordLayout.expirySeconds(memory, offset);
    long expiry = request.touches ? request.expirySeconds : request.expiryBeforeSeconds;
    if (!writeRecord(
        request,
        hash,
        shard,
        cursor,
        state,
        RecordLayout.flags(memory, offset),
        expiry,
        now,
        digits,
        0,
        length,
        spaces(padding),
        0,
        padding)) {
      return Progress.NEEDS_ROOM;
    }
    return numbered(request, number, now);
  }

  private MemorySegment spaces(int count) {
    if (blanks.byteSize() < count) {
      blanks = Arena.ofAuto().allocate(count).fill((byte) ' ');
    }
    return blanks;
  }

  private Progress numbered(Request request, long number, long now) {
    request.number = number;
    request.answered(Status.NUMBER, view.show(recordMemory, recordOffset, now, false));
    return Progress.ANSWERED;
  }

  @GuardedBy("shard")
  private Progress vivifyNumber(Request request, long hash, Shard shard, long now) {
    int length = DecimalText.write(request.initialNumber, digits, 0);
    if (!writeRecord(
        request,
        hash,
        shard,
        Shard.NONE,
        keyState(request),
        0,
        request.vivifyExpirySeconds,
        now,
        digits,
        0,
        length,
        MemorySegment.NULL,
        0,
        0)) {
      return Progress.NEEDS_ROOM;
    }
    counters.increment(CacheCounter.STORED);
    request.made = true;
    return numbered(request, request.initialNumber, now);
  }

  // ------------------------------------------------------------------ records in RAM

  /**
   * Writes a record of the request's key into RAM and points the key's slot at it; the value is two
   * pieces, one behind the other. Leaves the record in {@link #recordMemory}.
   *
   * @param cursor the slot of the item it replaces, or NONE
   * @return false when there is no room now; nothing has changed
   */
  @GuardedBy("shard")
  private boolean writeRecord(
      Request request,
      long hash,
      Shard shard,
      long cursor,
      int state,
      int flags,
      long expirySeconds,
      long now,
      MemorySegment first,
      long firstOffset,
      int firstLength,
      MemorySegment second,
      long secondOffset,
      int secondLength) {
    int keyLength = request.keyLength;
    int valueLength = firstLength + secondLength;
    int span = RecordLayout.spanBytes(keyLength, valueLength, state);
    long slot = cursor == Shard.NONE ? Slot.EMPTY : shard.get(cursor);
    boolean inRam = cursor != Shard.NONE && tiers.isRam(slot);
    boolean inPlace = inRam && fitsInPlace(slot, span);
    MemorySegment memory;
    long offset;
    if (inPlace) {
      memory = tiers.segmentOf(slot).memory();
      offset = Tiers.ramOffset(slot);
      tiers.untwin(memory, offset);
    } else {
      if (!claim(queueFor(hash, shard, cursor), span, now)) {
        return false;
      }
      memory = writer.segment().memory();
      offset = writer.offset();
      MemorySegment.copy(
          request.keyMemory, request.keyOffset, memory, RecordLayout.keyOffset(offset), keyLength);
    }
    // The second piece first: in place, one of the two may be the old value, which must move up
    // before the other is written over it.
    long valueOffset = RecordLayout.keyOffset(offset) + keyLength;
    MemorySegment.copy(second, secondOffset, memory, valueOffset + firstLength, secondLength);
    MemorySegment.copy(first, firstOffset, memory, valueOffset, firstLength);
    RecordLayout.writeHeader(
        memory,
        offset,
        keyLength,
        state,
        valueLength,
        flags,
        expirySeconds,
        now,
        tiers.nextSequence());
    if ((state & RecordLayout.OWN_CAS) != 0) {
      RecordLayout.setOwnCas(memory, offset, request.newCas);
    }
    recordMemory = memory;
    recordOffset = offset;
    if (inPlace) {
      shard.hit(cursor);
      return true;
    }
    return point(hash, shard, cursor, inRam, span);
  }

  private boolean claim(RamWriter into, int span, long now) {
    writer = into;
    return into.claim(span, now);
  }

  /** Where an item goes: on probation, unless it has been wanted before. */
  @GuardedBy("shard")
  private RamWriter queueFor(long hash, Shard shard, long cursor) {
    if (cursor != Shard.NONE) {
      long slot = shard.get(cursor);
      return tiers.isRam(slot) ? queueInRam(slot) : queueOnFlash(slot);
    }
    for (long at = shard.first(hash); at != Shard.NONE; at = shard.next(at, hash)) {
      // A plain set does not read the slots it takes; one of them is likely to be its key's own.
      long slot = shard.get(at);
      if (!tiers.isRam(slot) && Slot.hits(slot) > 0) {
        return main;
      }
    }
    Departure before = shard.departure(hash);
    return before != null && before.isFromProbation() ? main : probation;
  }

  /** An item in RAM stays in its queue. */
  private RamWriter queueInRam(long slot) {
    return tiers.segmentOf(slot).queue() == RamQueue.MAIN ? main : probation;
  }

  /** One on flash has had its probation; it has passed it if it has been read since. */
  private RamWriter queueOnFlash(long slot) {
    return Slot.hits(slot) > 0 ? main : probation;
  }

  private boolean fitsInPlace(long slot, int span) {
    MemorySegment memory = tiers.segmentOf(slot).memory();
    long offset = Tiers.ramOffset(slot);
    return RecordLayout.spanBytes(memory, offset) == span
        && (RecordLayout.state(memory, offset) & RecordLayout.BUSY) == 0;
  }

  /** Points the key's slot at the claimed record. */
  @GuardedBy("shard")
  private boolean point(long hash, Shard shard, long cursor, boolean inRam, int span) {
    Segment segment = writer.segment();
    int offset = writer.offset();
    if (cursor == Shard.NONE) {
      if (!shard.insert(hash, tiers.ramSlot(shard.tag(hash), 0, span, segment, offset))) {
        giveUpClaim(segment, offset, span);
        return false;
      }
      shard.cameBack(hash);
    } else {
      long slot = shard.get(cursor);
      int hits = inRam ? Slot.hits(Slot.hit(slot)) : 0;
      if (inRam) {
        tiers.leaveRam(tiers.segmentOf(slot), Tiers.ramOffset(slot));
      } else {
        tiers.leaveFlash(slot);
      }
      shard.set(cursor, tiers.ramSlot(shard.tag(hash), hits, span, segment, offset));
    }
    writer.publish();
    return true;
  }

  /** The index has no memory for one more item: a page has to go first. */
  private void giveUpClaim(Segment segment, int offset, int span) {
    RecordLayout.setState(segment.memory(), offset, RecordLayout.FILLER);
    // Dead before it is born: a segment of its own may be given up as soon as it is published.
    segment.died(span);
    writer.publish();
    indexRefuses = !settings.evicts();
    if (!indexRefuses) {
      counters.increment(CacheCounter.INDEX_FULL_EVICTIONS);
      tiers.indexIsFull();
    }
  }

  /** Copies a record that was read from flash into RAM, to be changed there. */
  @GuardedBy("shard")
  private boolean bringToRam(
      Shard shard, long cursor, MemorySegment source, long sourceOffset, long now) {
    int bytes = RecordLayout.recordBytes(source, sourceOffset);
    int span = RecordLayout.alignUp(bytes, RecordLayout.RAM_ALIGNMENT_BYTES);
    long slot = shard.get(cursor);
    if (!claim(queueOnFlash(slot), span, now)) {
      return false;
    }
    long writtenSeconds = tiers.flashOfSlot().page(Slot.place(slot)).openedAtSeconds();
    copyToClaim(source, sourceOffset, bytes, span, writtenSeconds);
    tiers.leaveFlash(slot);
    shard.set(cursor, tiers.ramSlot(Slot.tag(slot), 0, span, writer.segment(), writer.offset()));
    recordMemory = writer.segment().memory();
    recordOffset = writer.offset();
    writer.publish();
    return true;
  }

  private void copyToClaim(
      MemorySegment source, long sourceOffset, int bytes, int span, long accessSeconds) {
    MemorySegment target = writer.segment().memory();
    int at = writer.offset();
    MemorySegment.copy(source, sourceOffset, target, at, bytes);
    RecordLayout.setSpanBytes(target, at, span);
    RecordLayout.setAccessSeconds(target, at, accessSeconds);
  }

  // ------------------------------------------------------------------ flash

  /** Leases the page behind a slot, so that its record can be read once the lock is let go. */
  @GuardedBy("shard")
  private Progress leaseToRead(
      Request request, long hash, Shard shard, long cursor, @Nullable FlashLookup begun) {
    PageStore flash = tiers.flashOfSlot();
    long slot = shard.get(cursor);
    Page page = flash.page(Slot.place(slot));
    if (begun != null) {
      begun.letGo();
    }
    if (!page.lease()) {
      // The page has failed and reclaim has not come to this record yet.
      tiers.dropFlash(shard, cursor, hash, Departure.DEVICE_ERROR);
      counters.increment(CacheCounter.LOST_WITH_PAGE);
      return Progress.LOOK_AGAIN;
    }
    if (countsHit(request)) {
      shard.hit(cursor);
    }
    FlashLookup lookup = begun != null ? begun : takeLookup(request, hash);
    lookup.reads(slot);
    found = lookup;
    counters.increment(CacheCounter.FLASH_LOOKUPS);
    return Progress.NEEDS_READ;
  }

  /** Whether it counts as read while it is on flash; what comes to RAM is counted there. */
  static boolean countsHit(Request request) {
    return request.isPureRead() && !request.leavesNoTrace;
  }

  private FlashLookup takeLookup(Request request, long hash) {
    FlashLookup lookup = idleLookups.poll();
    if (lookup == null) {
      lookup = new FlashLookup(this, readBuffers, readListener);
    }
    lookup.begin(request, hash);
    lookups.add(lookup);
    return lookup;
  }

  private void retire(FlashLookup lookup) {
    lookup.letGo();
    lookup.request = null;
    lookups.remove(lookup);
    idleLookups.push(lookup);
    if (waitingForTurnCount > 0) {
      FlashLookup next = lookups.oldest(lookup.hash);
      if (next != null && next.waitsForTurn) {
        next.waitsForTurn = false;
        turns.add(next);
        owner.execute(this::takeTurn);
      }
    }
  }

  private void waitForTurn(FlashLookup lookup) {
    // A lease that is kept could keep a page from being freed for which the older request waits.
    lookup.letGo();
    lookup.waitsForTurn = true;
    waitingForTurnCount++;
  }

  private void takeTurn() {
    FlashLookup lookup = turns.remove();
    waitingForTurnCount--;
    goOn(lookup, Progress.LOOK_AGAIN);
  }

  /** Starts the read of a leased record, and judges it if it was still in a write buffer. */
  private Progress read(FlashLookup lookup) {
    PageStore flash = tiers.flashOfSlot();
    if (inFlightCount > 0 && flash.lentReadBytes() > settings.readBytesMax()) {
      deferredReads.add(lookup);
      return Progress.READING;
    }
    start(lookup, flash);
    return lookup.isReading() ? Progress.READING : judge(lookup);
  }

  private void start(FlashLookup lookup, PageStore flash) {
    ReadQueue queue = reads;
    if (queue == null) {
      throw new IllegalStateException("a session without a read queue cannot read flash");
    }
    long slot = lookup.slot();
    int offsetBytes = Slot.offset(slot) * flash.geometry().unitBytes();
    inFlightCount++;
    starting = lookup;
    lookup.start(
        flash.page(Slot.place(slot)),
        offsetBytes,
        SizeClasses.bytes(Slot.sizeClass(slot)),
        flash.geometry(),
        queue);
    starting = null;
    if (!lookup.isReading()) {
      inFlightCount--;
    }
  }

  /** A read has ended; called by the lookup, inside its start when the bytes were in RAM. */
  void readEnded(FlashLookup lookup) {
    if (starting == lookup) {
      return;
    }
    inFlightCount--;
    goOn(lookup, judge(lookup));
    startDeferred();
  }

  private void startDeferred() {
    PageStore flash = tiers.flashOfSlot();
    while (!deferredReads.isEmpty()
        && (inFlightCount == 0 || flash.lentReadBytes() <= settings.readBytesMax())) {
      FlashLookup lookup = deferredReads.remove();
      start(lookup, flash);
      if (!lookup.isReading()) {
        goOn(lookup, judge(lookup));
      }
    }
  }

  private void goOn(FlashLookup lookup, Progress judged) {
    Request request = lookup.request();
    Progress progress = judged;
    if (progress == Progress.ANSWERED) {
      retire(lookup);
    } else if (progress == Progress.LOOK_AGAIN) {
      progress = advance(request, lookup.hash, lookup);
    }
    if (progress == Progress.NEEDS_ROOM) {
      park(lookup);
    }
  }

  /** Decides what a record that was read is to its request. */
  private Progress judge(FlashLookup lookup) {
    Request request = lookup.request();
    if (lookup.outcome() == ReadOutcome.FAILED) {
      counters.increment(CacheCounter.FLASH_READ_FAILURES);
      return forgetRecord(lookup, Departure.DEVICE_ERROR);
    }
    MemorySegment memory = lookup.data().memory();
    int offset = lookup.dataOffset();
    if (!FlashRecords.isIntact(
        memory, offset, lookup.dataLength(), lookup.page().version(), Slot.offset(lookup.slot()))) {
      counters.increment(CacheCounter.CHECKSUM_FAILURES);
      return forgetRecord(lookup, Departure.BAD_CHECKSUM);
    }
    if (!RecordLayout.keyEquals(
        memory, offset, request.keyMemory, request.keyOffset, request.keyLength)) {
      counters.increment(CacheCounter.TAG_COLLISIONS);
      lookup.isOther();
      lookup.letGo();
      return Progress.LOOK_AGAIN;
    }
    long now = tiers.clock().unixSeconds();
    if (tiers.isDead(memory, offset, now)) {
      lookup.died = deathOf(memory, offset, now);
      return forgetRecord(lookup, lookup.died);
    }
    if (Slot.hits(lookup.slot()) > 0) {
      // While a record is on flash its slot alone remembers that it has been read.
      addState(memory, offset, RecordLayout.FETCHED);
    }
    if (!request.isPureRead() || wouldWin(request, memory, offset, now)) {
      lookup.isOwn();
      return Progress.LOOK_AGAIN;
    }
    boolean hitBefore = (RecordLayout.state(memory, offset) & RecordLayout.FETCHED) != 0;
    counters.increment(CacheCounter.FLASH_HITS);
    request.slabClass = SlabClasses.OF_FLASH;
    request.answered(
        Status.HIT, view.show(memory, offset, lookup.page().openedAtSeconds(), hitBefore));
    if (isWorthRecaching(request, lookup)) {
      recache(lookup, memory, offset, now);
    }
    return Progress.ANSWERED;
  }

  /** The record cannot be used: its slot goes, if it still points there. */
  private Progress forgetRecord(FlashLookup lookup, Departure why) {
    Shard shard = tiers.index().shardOf(lookup.hash);
    synchronized (shard) {
      long cursor = shard.find(lookup.hash, Slot.location(lookup.slot()));
      if (cursor != Shard.NONE) {
        tiers.dropFlash(shard, cursor, lookup.hash, why);
      }
    }
    lookup.letGo();
    return Progress.LOOK_AGAIN;
  }

  private boolean isWorthRecaching(Request request, FlashLookup lookup) {
    return settings.recacheRate() > 0
        && !request.leavesNoTrace
        && Slot.hits(lookup.slot()) == Slot.HITS_MAX
        && ++recacheCount % settings.recacheRate() == 0
        && !tiers.ram().isLow();
  }

  /** Brings a popular item to RAM; its copy on flash stays, and is found again at demotion. */
  private void recache(FlashLookup lookup, MemorySegment memory, int offset, long now) {
    Shard shard = tiers.index().shardOf(lookup.hash);
    synchronized (shard) {
      long slot = lookup.slot();
      long cursor = shard.find(lookup.hash, Slot.location(slot));
      if (cursor == Shard.NONE) {
        return;
      }
      int state = RecordLayout.state(memory, offset) | RecordLayout.TWIN | RecordLayout.FETCHED;
      int bytes = RecordLayout.recordBytes(memory, offset);
      int span =
          RecordLayout.spanBytes(
              RecordLayout.keyLength(memory, offset),
              RecordLayout.valueLength(memory, offset),
              state);
      if (!claim(main, span, now)) {
        return;
      }
      copyToClaim(memory, offset, bytes, span, now);
      Segment segment = writer.segment();
      RecordLayout.setState(segment.memory(), writer.offset(), state);
      RecordLayout.setTwin(
          segment.memory(), writer.offset(), Tiers.twinOf(slot, lookup.page().version()));
      shard.set(cursor, tiers.ramSlot(Slot.tag(slot), 0, span, segment, writer.offset()));
      writer.publish();
      counters.increment(CacheCounter.RECACHED);
    }
  }

  // ------------------------------------------------------------------ waiting for room

  private void park(FlashLookup lookup) {
    counters.increment(CacheCounter.WRITE_PAUSES);
    // A lease kept while waiting could keep a page from being freed, and with it the room.
    lookup.letGo();
    parkedLookups.add(lookup);
    parkedSince(roomBeforeStep);
  }

  /**
   * From now on a wake-up tries again. So does room that was made meanwhile, after {@code
   * roomCount} was read; without that there is no point in it: a request that must read flash first
   * would read over and over.
   */
  private void parkedSince(long roomCount) {
    hasParked = true;
    if (tiers.ram().roomCount() != roomCount) {
      wakeForRoom();
    }
  }

  private void wakeForRoom() {
    if (hasParked && retryScheduled.compareAndSet(false, true)) {
      owner.execute(this::retryParked);
    }
  }

  /** Others need the segment that this session has open, perhaps for hardly a record. */
  private void wakeToSeal() {
    if (sealScheduled.compareAndSet(false, true)) {
      owner.execute(() -> {
        sealScheduled.set(false);
        probation.seal();
        main.seal();
      });
    }
  }

  private void retryParked() {
    retryScheduled.set(false);
    hasParked = false;
    long roomCount = tiers.ram().roomCount();
    for (int i = parkedLookups.size(); i > 0; i--) {
      FlashLookup lookup = parkedLookups.remove();
      if (advance(lookup.request(), lookup.hash, lookup) == Progress.NEEDS_ROOM) {
        lookup.letGo();
        parkedLookups.addFirst(lookup);
        break;
      }
    }
    if (!parkedLookups.isEmpty()) {
      parkedSince(roomCount);
    }
  }

  /**
   * What answers have told so far outlives the machine, if the cache was opened so; waits for the
   * device then. To be called before answers leave, once for many.
   */
  public void settle() {
    tiers.settle();
  }

  /** Requests that have not been answered: waiting for room, for a read, or for their turn. */
  public int pendingCount() {
    return inFlightCount + deferredReads.size() + parkedLookups.size() + waitingForTurnCount;
  }

  /** Ends the session. Every request has been answered. */
  @Override
  public void close() {
    tiers.ram().removeWaiter(roomWaiter);
    tiers.ram().removeHolder(segmentHolder);
    probation.seal();
    main.seal();
    readBuffers.close();
    arena.close();
  }

  /** Who would hear of reads where there is no flash. */
  private static final class NoReads implements PageReadListener {
    private static IllegalStateException noFlash() {
      return new IllegalStateException("a session without flash has read some");
    }

    @Override
    public void readFromBuffer(int bytes) {
      throw noFlash();
    }

    @Override
    public void readFromDevice(int deviceIndex, int bytes, long tookNanos) {
      throw noFlash();
    }

    @Override
    public void readShared(int bytes) {
      throw noFlash();
    }

    @Override
    public long nowNanos() {
      throw noFlash();
    }

    @Override
    public void readFailed(int deviceIndex) {
      throw noFlash();
    }

    @Override
    public void lastLeaseReturned(Page page) {
      throw noFlash();
    }
  }
}
