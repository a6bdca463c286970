package io.larder.tests.simulation.owner;

import io.larder.engine.PageStore;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.write.Reservation;
import io.larder.platform.time.Clock;
import io.larder.tests.simulation.device.SimulatedDevice;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.owner.RecordFormat.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps addresses as a cache's index does, and beside them what a cache need not know: everything
 * that was ever reserved, committed, forgotten and lost, to hold against the store's own books.
 *
 * <p>Some addresses it keeps outside its index, as a cache keeps twins: of those it is not asked
 * when their page goes.
 *
 * <p><b>Threads.</b> One.
 */
public final class ModelOwner implements PageOwner {
  /** Low bits of a version that a twin remembers. */
  private static final long TWIN_VERSION_MASK = (1L << 26) - 1;

  /** How often one rescue waits for a flush before the record is let go of. */
  private static final int RESCUE_WAITS_MAX = 20;

  /** An entry that the directory of a life must have. */
  private record Entry(long keyHash, int lengthUnits) {}

  private final PageStore store;
  private final List<Bucket> buckets;
  private final ReclaimLimits limits;
  private final Clock clock;
  private final RandomGenerator random;
  private final Tally tally;
  private final Trace trace;
  private final @Nullable Held[] index;
  private final Map<Long, Held> byLocation = new HashMap<>();
  private final List<Held> twins = new ArrayList<>();
  private final List<Held> onTheirWay = new ArrayList<>();
  private final Map<Long, Map<Integer, Entry>> reserved = new HashMap<>();
  private final Map<Long, Integer> leftCounts = new HashMap<>();
  private final Set<Long> failedLives = new HashSet<>();
  private final Set<Long> evictedLives = new HashSet<>();
  private final Set<Long> compactedLives = new HashSet<>();
  private final Set<Long> doomedLives = new HashSet<>();
  private final Map<Long, Long> movedBytes = new HashMap<>();
  private final Reservation reservation = new Reservation();
  private int rescuePercent;
  private int rescueWaits;
  private long committedCount;
  private long committedBytes;
  private long committedLengthBytes;
  private long goneCount;
  private long deadTwinsDropped;
  private long rescuedCount;
  private long rescuedBytes;
  private long unreadCount;
  private long refusedSweepReads;

  /**
   * An owner of nothing.
   *
   * @param keyCount keys are 0 to this
   * @param rescuePercent how many of the records on a page that goes are worth moving
   * @param buckets which buckets a rescue may go to
   * @param limits what reclaim goes by
   */
  public ModelOwner(
      PageStore store,
      int keyCount,
      int rescuePercent,
      List<Bucket> buckets,
      ReclaimLimits limits,
      Clock clock,
      RandomGenerator random,
      Tally tally,
      Trace trace) {
    this.store = store;
    this.index = new Held[keyCount];
    this.rescuePercent = rescuePercent;
    this.buckets = buckets;
    this.limits = limits;
    this.clock = clock;
    this.random = random;
    this.tally = tally;
    this.trace = trace;
  }

  // ----------------------------------------------------------------- writing

  /** What directories say of a key. */
  public static long keyHash(int key) {
    return key * 0xC2B2AE3D27D4EB4FL + 1;
  }

  /** Notes room that was taken, whatever becomes of it. */
  public void reserved(Held held) {
    Entry entry = new Entry(keyHash(held.key()), store.geometry().units(held.lengthBytes()));
    Map<Integer, Entry> ofLife = reserved.computeIfAbsent(held.version(), _ -> new HashMap<>());
    if (ofLife.put(held.offsetUnits(), entry) != null) {
      throw new SimulationFailure("the same room was given twice: " + held);
    }
  }

  /** Room that was given on a page that is still being filled will hold nothing. */
  public void abandoned(Held held) {
    Map<Integer, Entry> ofLife = reserved.get(held.version());
    if (ofLife == null || ofLife.remove(held.offsetUnits()) == null) {
      throw new SimulationFailure("abandoned, and never given: " + held);
    }
  }

  /** Points at a record that has been committed, and forgets what its key had before. */
  public void committed(Held held) {
    countCommit(held);
    forget(held.key());
    hold(held);
  }

  /** Notes a large record that counts in its page, and at which nothing points as yet. */
  public void committedDirectly(Held held) {
    countCommit(held);
    onTheirWay.add(held);
  }

  /** Points at a large record that has been written, if its page still lives. */
  public void landed(Held held, boolean written) {
    if (!onTheirWay.remove(held)) {
      if (written) {
        throw new SimulationFailure("written to a page that had failed before: " + held);
      }
      return;
    }
    if (written && isAlive(held)) {
      forget(held.key());
      hold(held);
    } else {
      letGo(held);
    }
  }

  private void countCommit(Held held) {
    committedCount++;
    committedBytes += store.geometry().padded(held.lengthBytes());
    committedLengthBytes += held.lengthBytes();
    tally.recordWritten();
  }

  private void hold(Held held) {
    index[held.key()] = held;
    if (byLocation.put(held.location(), held) != null) {
      throw new SimulationFailure("two live records at one address: " + held);
    }
  }

  private void drop(Held held) {
    index[held.key()] = null;
    byLocation.remove(held.location());
    goneCount++;
    store.forget(held.pageId(), held.offsetUnits(), held.countedBytes());
  }

  /** Lets go of a key's address, if it has one. */
  public void forget(int key) {
    Held held = index[key];
    if (held != null) {
      drop(held);
    }
  }

  // ------------------------------------------------------------------- twins

  /** Keeps a key's address outside the index from now on. */
  public void makeTwin(int key) {
    Held held = index[key];
    if (held != null) {
      index[key] = null;
      byLocation.remove(held.location());
      twins.add(held);
    }
  }

  /** Lets go of an address outside the index, whose page may be long gone. */
  public void forgetTwin() {
    if (!twins.isEmpty()) {
      letGo(twins.remove(random.nextInt(twins.size())));
    }
  }

  private void letGo(Held twin) {
    if (isAlive(twin)) {
      goneCount++;
    } else {
      deadTwinsDropped++;
    }
    store.forgetIfAlive(
        twin.pageId(),
        twin.offsetUnits(),
        twin.version() & TWIN_VERSION_MASK,
        TWIN_VERSION_MASK,
        twin.countedBytes());
  }

  /** Points at a twin again, if it still lives. */
  public void returnTwin() {
    if (twins.isEmpty()) {
      return;
    }
    Held twin = twins.remove(random.nextInt(twins.size()));
    if (index[twin.key()] == null && isAlive(twin)) {
      hold(twin);
    } else {
      letGo(twin);
    }
  }

  private boolean isAlive(Held twin) {
    boolean alive =
        store.isAlive(twin.pageId(), twin.version() & TWIN_VERSION_MASK, TWIN_VERSION_MASK);
    if (alive && store.page(twin.pageId()).version() != twin.version()) {
      throw new SimulationFailure("taken for alive in another life: " + twin);
    }
    return alive;
  }

  // ----------------------------------------------------------------- reading

  /** What a key's address is now. */
  public @Nullable Held find(int key) {
    return index[key];
  }

  public int keyCount() {
    return index.length;
  }

  /** Every address in the index. */
  public List<Held> held() {
    return Arrays.stream(index)
        .<Held>mapMulti((held, into) -> {
          if (held != null) {
            into.accept(held);
          }
        })
        .toList();
  }

  /** Every address outside the index: twins, and large records on their way. */
  public List<Held> outsideIndex() {
    return Stream.concat(twins.stream(), onTheirWay.stream()).toList();
  }

  /**
   * Judges bytes that were read for a record, by a reader who leased its page in time.
   *
   * @return whether they are the right ones; when not, a fault has been found that explains it
   */
  public boolean judge(Held held, MemorySegment memory, long at, int readableBytes) {
    Verdict verdict = RecordFormat.judge(memory, at, readableBytes, held);
    trace.note("judged", held.key(), held.stamp(), verdict.ordinal());
    switch (verdict) {
      case RIGHT -> tally.recordChecked();
      case WRONG -> throw new SimulationFailure("wrong bytes that look right: " + held);
      case NOT_IT -> {
        if (!mayBeDamaged(held)) {
          throw new SimulationFailure(
              "bytes that nothing has damaged are not the record's: "
                  + held
                  + " on "
                  + store.page(held.pageId()));
        }
        tally.damageFound();
      }
    }
    return verdict == Verdict.RIGHT;
  }

  private boolean mayBeDamaged(Held held) {
    Page page = store.page(held.pageId());
    long offset =
        page.deviceOffsetBytes() + (long) held.offsetUnits() * store.geometry().unitBytes();
    return page.state() == PageState.FAILED
        || failedLives.contains(held.version())
        || deviceOf(page).isSpoilt(offset, held.lengthBytes());
  }

  private static SimulatedDevice deviceOf(Page page) {
    return (SimulatedDevice) page.device();
  }

  // ----------------------------------------------------------------- leaving

  @Override
  public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
    trace.note("leave", sweep.pageId(), sweep.version(), offsetUnits);
    requireEntry(sweep, new Entry(keyHash, lengthUnits), offsetUnits);
    if (sweep.reason() == GiveUpReason.FAILED) {
      failedLives.add(sweep.version());
    } else {
      note(sweep.reason(), sweep.version());
    }
    Held held = byLocation.get(Held.location(sweep.pageId(), offsetUnits));
    if (held != null) {
      requireReason(sweep, held);
    }
    if (held != null && isWorthMoving(held) && mayMove(sweep, held)) {
      if (!rescue(sweep, held)) {
        return false;
      }
      held = byLocation.get(Held.location(sweep.pageId(), offsetUnits));
    }
    if (held != null) {
      requireLife(held, sweep.version());
      drop(held);
    }
    rescueWaits = 0;
    leftCounts.merge(sweep.version(), 1, Integer::sum);
    return true;
  }

  private void note(GiveUpReason reason, long version) {
    if (reason == GiveUpReason.EVICTED) {
      evictedLives.add(version);
    } else if (reason == GiveUpReason.COMPACTED) {
      compactedLives.add(version);
    }
  }

  private void requireEntry(PageSweep sweep, Entry entry, int offsetUnits) {
    Map<Integer, Entry> ofLife = reserved.getOrDefault(sweep.version(), Map.of());
    if (!entry.equals(ofLife.get(offsetUnits))) {
      throw new SimulationFailure(
          "the directory of page %d, version %d, has %s at %d, and %s was reserved there"
              .formatted(
                  sweep.pageId(),
                  sweep.version(),
                  entry,
                  offsetUnits,
                  Objects.toString(ofLife.get(offsetUnits), "nothing")));
    }
  }

  /** What is lost without need must be wanted by nobody. */
  private void requireReason(PageSweep sweep, Held held) {
    boolean wanted = held.expirySeconds() == 0 || held.expirySeconds() > clock.unixSeconds();
    switch (sweep.reason()) {
      case EMPTY -> throw new SimulationFailure("given up as empty, and there is " + held);
      case EXPIRED -> {
        if (wanted && !doomedLives.contains(sweep.version())) {
          throw new SimulationFailure("given up as expired, and there is " + held);
        }
      }
      case COMPACTED -> {
        double liveShare = store.page(sweep.pageId()).snapshot().liveShare();
        if (liveShare >= limits.liveShareMax() || sweep.bucket() == Bucket.LOWTTL) {
          throw new SimulationFailure(
              "compacted with a live share of %.3f, and there is %s".formatted(liveShare, held));
        }
      }
      case EVICTED, FAILED -> {
        // Room is needed, or nothing on the page counts any more.
      }
    }
  }

  /**
   * Evicting a page has to gain half of one; compacting one gains what is dead on it. For no other
   * reason is anything moved, and never what will not live long.
   */
  private boolean mayMove(PageSweep sweep, Held held) {
    boolean may = sweep.mayRescue(Bucket.COMPACT, held.lengthBytes());
    long moved = movedBytes.getOrDefault(sweep.version(), 0L) + held.lengthBytes();
    Bucket bucket = store.page(sweep.pageId()).snapshot().bucket();
    boolean should =
        switch (sweep.reason()) {
          case COMPACTED -> true;
          case EVICTED ->
              bucket != Bucket.LOWTTL
                  && bucket != Bucket.COLDCOMPACT
                  && bucket != Bucket.OLD
                  && moved <= store.geometry().pageBytes() / 2;
          case EMPTY, EXPIRED, FAILED -> false;
        };
    if (may != should) {
      throw new SimulationFailure(
          "moving %d bytes off version %d, %s, was %s"
              .formatted(moved, sweep.version(), sweep.reason(), may ? "allowed" : "refused"));
    }
    return may;
  }

  private static void requireLife(Held held, long version) {
    if (held.version() != version) {
      throw new SimulationFailure("version " + version + " goes, and still there is " + held);
    }
  }

  /** Moves no record any more: what is on a page that goes is lost. */
  public void moveNothing() {
    rescuePercent = 0;
  }

  /** Has everything that is sealed given up, wanted or not. */
  public void evictSealed() {
    for (PageSnapshot page : store.snapshot().pages()) {
      if (page.state() == PageState.SEALED) {
        doomedLives.add(page.version());
      }
    }
    store.requestEvictionOfSealed();
  }

  private boolean isWorthMoving(Held held) {
    return held.stamp() % 100 < rescuePercent
        && held.lengthBytes() <= store.bufferedRecordBytesMax();
  }

  /** Returns false when it has to be tried again after a flush. */
  private boolean rescue(PageSweep sweep, Held held) {
    MemorySegment bytes = sweep.read(held.offsetUnits(), held.lengthBytes());
    if (bytes == null) {
      refusedSweepReads++;
    }
    // While the device was reading, others may have let go of the record.
    if (!held.equals(byLocation.get(held.location()))
        || bytes == null
        || !judge(held, bytes, 0, held.lengthBytes())) {
      return true;
    }
    Bucket bucket = buckets.get(random.nextInt(buckets.size()));
    ReserveOutcome outcome =
        store.reserve(bucket, held.lengthBytes(), keyHash(held.key()), reservation);
    trace.note("rescue", held.key(), outcome.ordinal(), 0);
    if (outcome == ReserveOutcome.RESERVED) {
      move(sweep, held, bucket);
      return true;
    }
    return outcome != ReserveOutcome.NO_BUFFER || rescueWaits++ >= RESCUE_WAITS_MAX;
  }

  private void move(PageSweep sweep, Held held, Bucket bucket) {
    Held moved =
        held.movedTo(reservation.pageId(), reservation.pageVersion(), reservation.offsetUnits());
    reserved(moved);
    RecordFormat.write(reservation.memory(), reservation.memoryOffset(), moved);
    boolean counted = store.commit(reservation, moved.countedBytes(), moved.expirySeconds());
    drop(held);
    if (counted) {
      countCommit(moved);
      hold(moved);
      sweep.rescued(bucket, moved.lengthBytes());
      movedBytes.merge(sweep.version(), (long) moved.lengthBytes(), Long::sum);
      rescuedCount++;
      rescuedBytes += moved.lengthBytes();
    }
  }

  @Override
  public void leaveUnread(int pageId, GiveUpReason reason) {
    trace.note("leave unread", pageId);
    Page page = store.page(pageId);
    if (deviceOf(page).lastReadWasSound()) {
      throw new SimulationFailure("a directory that nothing has damaged was not read: " + page);
    }
    note(reason, page.version());
    unreadCount++;
    for (Held held : held()) {
      if (held.pageId() == pageId) {
        requireLife(held, page.version());
        drop(held);
      }
    }
  }

  // ------------------------------------------------------------------- books

  /** Lives whose directory was swept, but not to its end, or beyond it. */
  public List<Long> livesSweptInPart() {
    return leftCounts.keySet().stream()
        .filter(version -> {
          Map<Integer, Entry> ofLife = reserved.getOrDefault(version, Map.of());
          return leftCounts.getOrDefault(version, 0) != ofLife.size();
        })
        .sorted()
        .toList();
  }

  /** Bytes of the records that pages took, without padding. */
  public long committedLengthBytes() {
    return committedLengthBytes;
  }

  /** Records that pages took. */
  public long committedCount() {
    return committedCount;
  }

  /** Bytes of those, padding included. */
  public long committedBytes() {
    return committedBytes;
  }

  /** Records taken by a page and let go of since, moved ones included. */
  public long goneCount() {
    return goneCount;
  }

  /** Twins let go of whose page had gone before. */
  public long deadTwinsDropped() {
    return deadTwinsDropped;
  }

  public long rescuedCount() {
    return rescuedCount;
  }

  public long rescuedBytes() {
    return rescuedBytes;
  }

  /** Pages left without their directory. */
  public long unreadCount() {
    return unreadCount;
  }

  /** Reads for a rescue that a device refused. */
  public long refusedSweepReads() {
    return refusedSweepReads;
  }

  /** Lives that were ended because moving what was live on them gained room. */
  public long compactedLifeCount() {
    return compactedLives.size();
  }

  /** Lives that were ended to make room although something on them was live. */
  public long evictedLifeCount() {
    return evictedLives.size();
  }
}
