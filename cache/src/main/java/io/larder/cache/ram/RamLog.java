package io.larder.cache.ram;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.work.Wakeup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The items in RAM: segments in two queues, and the choice of the one to give up next.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor. Lock order: shard, RAM log, {@link
 * RamBudget}.
 */
public final class RamLog {
  /** Idle units that only demotion may take, so that it can always move what was hit. */
  static final int KEPT_FOR_DEMOTION_COUNT = 2;

  private final RamBudget budget;
  private final int sharedSpanBytesMax;
  private final AtomicReferenceArray<@Nullable Segment> segments;
  private final List<Wakeup> waiters = new CopyOnWriteArrayList<>();
  private final List<Wakeup> holders = new CopyOnWriteArrayList<>();

  /**
   * Most idle units that a writer of a large record waits for; 0 when none does. Every segment that
   * is freed sets it back: who still waits is woken and asks again.
   */
  private final AtomicInteger wantedCount = new AtomicInteger();

  /** How often there was reason to try again. */
  private final AtomicLong roomCount = new AtomicLong();

  private volatile Wakeup demotion = () -> {};

  private volatile boolean refuses;

  @GuardedBy("this")
  private final ProbationShare share = new ProbationShare();

  @GuardedBy("this")
  private final Deque<Segment> probation = new ArrayDeque<>();

  @GuardedBy("this")
  private final Deque<Segment> main = new ArrayDeque<>();

  /**
   * An empty log on {@code budget}.
   *
   * @param sharedSpanBytesMax largest record that shares a segment with others, at most half of one
   */
  public RamLog(RamBudget budget, int sharedSpanBytesMax) {
    this.budget = budget;
    this.sharedSpanBytesMax = Math.min(sharedSpanBytesMax, budget.unitBytes() / 2);
    this.segments = new AtomicReferenceArray<>(budget.unitCountMax());
  }

  /**
   * Units that the log has to have, whatever the index needs: for a largest record, for what
   * demotion keeps, and a few to go round.
   */
  public static int unitCountMin(int recordBytesMax, int unitBytes) {
    return RamBudget.unitsOf(recordBytesMax, unitBytes) + 2 * KEPT_FOR_DEMOTION_COUNT;
  }

  private int lowWaterCount() {
    return KEPT_FOR_DEMOTION_COUNT + Math.max(2, budget.unitCount() / 128);
  }

  /** Whom to wake when segments run low. */
  public void wakesDemotion(Wakeup wakeup) {
    demotion = wakeup;
  }

  /** Whom to wake whenever {@link #roomMade there may be room}. */
  public void addWaiter(Wakeup waiter) {
    waiters.add(waiter);
  }

  public void removeWaiter(Wakeup waiter) {
    waiters.remove(waiter);
  }

  /** Whom to ask to {@link RamWriter#seal seal} an open segment that others need. */
  public void addHolder(Wakeup holder) {
    holders.add(holder);
  }

  public void removeHolder(Wakeup holder) {
    holders.remove(holder);
  }

  /**
   * Asks whoever has an open segment to seal it: nothing else is left to give up. Each does so when
   * its turn comes.
   */
  public void askHolders() {
    for (Wakeup holder : holders) {
      holder.wake();
    }
  }

  /** The segment with this number. The caller has found it in a slot, under the shard's lock. */
  public Segment segment(int id) {
    Segment segment = segments.getPlain(id);
    if (segment == null) {
      throw new IllegalStateException("segment " + id + " is not in use");
    }
    return segment;
  }

  /** The segment with this number, if it is in use; for who holds no lock. */
  public @Nullable Segment segmentIfUsed(int id) {
    return segments.getPlain(id);
  }

  /** Largest record that shares a segment with others. */
  int sharedSpanBytesMax() {
    return sharedSpanBytesMax;
  }

  @Nullable Segment open(RamQueue queue, int keepCount, long nowSeconds) {
    return register(budget.lend(keepCount), queue, nowSeconds);
  }

  @Nullable Segment openLarge(RamQueue queue, int spanBytes, int keepCount, long nowSeconds) {
    RamBudget.Loan loan = budget.lendLarge(spanBytes, keepCount);
    if (loan == null) {
      wantedCount.accumulateAndGet(keepCount + 1 + spanBytes / budget.unitBytes(), Math::max);
    }
    return register(loan, queue, nowSeconds);
  }

  private @Nullable Segment register(
      RamBudget.@Nullable Loan loan, RamQueue queue, long nowSeconds) {
    wakeDemotionIfLow();
    if (loan == null) {
      return null;
    }
    Segment segment = new Segment(loan, queue, nowSeconds);
    segments.set(loan.id(), segment);
    return segment;
  }

  void wakeDemotionIfLow() {
    if (isLow()) {
      demotion.wake();
    }
  }

  /** Puts a full segment at the young end of its queue. Its writer never touches it again. */
  synchronized void seal(Segment segment, RamQueue queue) {
    queueOf(queue).addLast(segment);
  }

  /** Puts a segment back at the young end of the main queue, as a whole. */
  public void keep(Segment segment) {
    seal(segment, RamQueue.MAIN);
  }

  @GuardedBy("this")
  private Deque<Segment> queueOf(RamQueue queue) {
    return queue == RamQueue.MAIN ? main : probation;
  }

  /** Whether demotion should give up a segment now. */
  public boolean isLow() {
    return budget.isShrinking()
        || budget.idleCount() < Math.max(lowWaterCount(), wantedCount.get());
  }

  /** Whether writers find no segment any more. */
  public boolean isExhausted() {
    return budget.idleCount() <= KEPT_FOR_DEMOTION_COUNT;
  }

  /**
   * Takes the segment to give up out of its queue: one that is more than half dead, else the oldest
   * on probation if there are many there, else the oldest.
   */
  public synchronized @Nullable Segment takeVictim() {
    Segment dead = takeHalfDead(main);
    if (dead == null) {
      dead = takeHalfDead(probation);
    }
    if (dead != null) {
      return dead;
    }
    int probationMax = Math.max(1, (int) (budget.unitCount() * share.ofProbation()));
    boolean fromProbation = probation.size() > probationMax || main.isEmpty();
    return fromProbation ? probation.pollFirst() : main.pollFirst();
  }

  /** Takes every full segment out of its queue: main before probation, the youngest first. */
  public synchronized List<Segment> takeAll() {
    List<Segment> all = new ArrayList<>(main.reversed());
    all.addAll(probation.reversed());
    main.clear();
    probation.clear();
    return all;
  }

  /** A read has missed what had only just left RAM from {@code queue}. */
  public synchronized void missedFrom(RamQueue queue) {
    share.missedFrom(queue);
  }

  private static @Nullable Segment takeHalfDead(Deque<Segment> queue) {
    for (Iterator<Segment> each = queue.iterator(); each.hasNext(); ) {
      Segment segment = each.next();
      if (segment.isMoreThanHalfDead()) {
        each.remove();
        return segment;
      }
    }
    return null;
  }

  /**
   * Sets how many segments' memory there may be, index included. If that is less than now, demotion
   * gives the rest up.
   *
   * @return false when it cannot be; nothing has changed
   */
  public boolean resize(int unitCount) {
    if (!budget.resize(unitCount)) {
      return false;
    }
    refuses = false;
    wakeDemotionIfLow();
    roomMade();
    return true;
  }

  /** Gives up a segment that nothing points at any more. */
  public void free(Segment segment) {
    if (segment.liveBytes() != 0) {
      throw new IllegalStateException(
          "segment " + segment.id() + " is given up with " + segment.liveBytes() + " live bytes");
    }
    segments.set(segment.id(), null);
    budget.giveBack(segment.loan());
    wantedCount.set(0);
    refuses = false;
    roomMade();
  }

  /**
   * No room can be made, until a segment is freed after all: who waits for some is woken, to be
   * told so.
   */
  public void refuse() {
    if (!refuses) {
      refuses = true;
      roomMade();
    }
  }

  /** Whether there is no use in waiting for room. */
  public boolean isRefusing() {
    return refuses;
  }

  /** When the oldest full segment was opened, unix seconds; 0 when none is full. */
  public synchronized long oldestOpenedAtSeconds() {
    long oldest = 0;
    for (Segment head : Arrays.asList(probation.peekFirst(), main.peekFirst())) {
      if (head != null && (oldest == 0 || head.openedAtSeconds() < oldest)) {
        oldest = head.openedAtSeconds();
      }
    }
    return oldest;
  }

  /** Segments that are full. */
  public synchronized int sealedCount() {
    return probation.size() + main.size();
  }

  /**
   * Grows whenever there may be room, before {@link #addWaiter waiters} are woken. Who reads it,
   * tries in vain, says that he is waiting and reads it again misses nothing.
   */
  public long roomCount() {
    return roomCount.get();
  }

  /** A segment has become free, or something else that requests wait for: they try again. */
  public void roomMade() {
    roomCount.incrementAndGet();
    for (Wakeup waiter : waiters) {
      waiter.wake();
    }
  }

  /** Bytes of records that are pointed at, over all segments. */
  public long liveBytes() {
    long sum = 0;
    int idCount = budget.idCount();
    for (int i = 0; i < idCount; i++) {
      Segment segment = segments.get(i);
      if (segment != null) {
        sum += segment.liveBytes();
      }
    }
    return sum;
  }

  /** Every segment that is in use, in whatever part of its life. */
  public List<Segment> segments() {
    List<Segment> found = new ArrayList<>();
    for (int i = 0; i < segments.length(); i++) {
      Segment segment = segments.get(i);
      if (segment != null) {
        found.add(segment);
      }
    }
    return found;
  }

  /** Bytes of the budget that a segment is paid with. */
  public long paidBytes(Segment segment) {
    return (long) segment.loan().unitCount() * budget.unitBytes();
  }
}
