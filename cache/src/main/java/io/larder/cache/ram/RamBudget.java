package io.larder.cache.ram;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory that {@code -m} bounds, in units of one segment: index and RAM log together.
 *
 * <p>Memory is taken from the system when a unit is first used and kept while it is idle. A record
 * too large for a unit gets memory of its own, paid with as many idle units, whose memory goes back
 * to the system meanwhile, so that the sum holds.
 *
 * <p>The budget can be made larger and smaller while it is in use. Larger counts at once. Smaller
 * takes as long as it takes to give units back: each goes to the system instead of to the idle
 * ones, until as many are left as there may be.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor, the last in the cache's lock order.
 */
public final class RamBudget implements AutoCloseable {
  /*
   * The number of a unit is part of every slot that points into it, so there can only ever be as
   * many as were foreseen; a number is used again when the budget grows after it has shrunk.
   *
   * While the budget shrinks, who writes and what demotion moves need units too. So only every second
   * one goes to the system as long as few are idle: everybody gets on, at half the pace.
   */

  /**
   * While a smaller budget has not been reached: idle units from which on each further one goes.
   */
  private static final int IDLE_WHILE_SHRINKING = 2 * RamLog.KEPT_FOR_DEMOTION_COUNT;

  private final int unitBytes;
  private final int unitCountMax;
  private final int logUnitCountMin;

  /** Every unit there has ever been, by its number. */
  @GuardedBy("this")
  private final List<Unit> units = new ArrayList<>();

  @GuardedBy("this")
  private final Deque<Unit> idle = new ArrayDeque<>();

  /** Units that a smaller budget has no place for, without memory. */
  @GuardedBy("this")
  private final Deque<Unit> retired = new ArrayDeque<>();

  @GuardedBy("this")
  private final List<Loan> largeLoans = new ArrayList<>();

  /** How many units there may be. */
  @GuardedBy("this")
  private int unitCount;

  @GuardedBy("this")
  private int indexUnitCount;

  @GuardedBy("this")
  private boolean retiresNext;

  /** One unit; its memory is there only once used, and while it does not pay for a large loan. */
  private static final class Unit {
    final int id;
    @Nullable OwnMemory memory;

    Unit(int id) {
      this.id = id;
    }
  }

  /** Memory lent to a segment, and the units that pay for it. */
  static final class Loan {
    private final List<Unit> units;
    private final OwnMemory memory;
    private final boolean large;

    private Loan(List<Unit> units, OwnMemory memory, boolean large) {
      this.units = units;
      this.memory = memory;
      this.large = large;
    }

    /** Number of its first unit; no other loan has it. */
    int id() {
      return units.getFirst().id;
    }

    MemorySegment memory() {
      return memory.memory();
    }

    /** Units that pay for it. */
    int unitCount() {
      return units.size();
    }

    /** Whether it is memory of its own, for one record. */
    boolean isLarge() {
      return large;
    }
  }

  /** A budget of {@code unitCount} units, none allocated, and never more. */
  public RamBudget(int unitBytes, int unitCount) {
    this(unitBytes, unitCount, unitCount, 0);
  }

  /**
   * A budget of {@code unitCount} units, none allocated.
   *
   * @param unitCountMax how many there can ever be
   * @param logUnitCountMin how many the index leaves to the log, whatever its need
   */
  public RamBudget(int unitBytes, int unitCount, int unitCountMax, int logUnitCountMin) {
    this.unitBytes = unitBytes;
    this.unitCountMax = unitCountMax;
    this.logUnitCountMin = logUnitCountMin;
    synchronized (this) {
      grow(unitCount);
    }
  }

  public int unitBytes() {
    return unitBytes;
  }

  /** How many units there can ever be; their numbers are below this. */
  public int unitCountMax() {
    return unitCountMax;
  }

  /** How many units there may be now. While the budget shrinks, there are more. */
  public synchronized int unitCount() {
    return unitCount;
  }

  /** The numbers of all units that have ever been are below this. */
  synchronized int idCount() {
    return units.size();
  }

  /** Units nobody uses. */
  public synchronized int idleCount() {
    return idle.size();
  }

  /** Units that somebody uses: the index, or a segment. */
  public synchronized int usedCount() {
    return presentCount() - idle.size();
  }

  /** Bytes of the budget that the index has. */
  public synchronized long indexBytes() {
    return (long) indexUnitCount * unitBytes;
  }

  /** Whether there are more units than there may be. */
  public synchronized boolean isShrinking() {
    return presentCount() > unitCount;
  }

  @GuardedBy("this")
  private int presentCount() {
    return units.size() - retired.size();
  }

  /**
   * Sets how many units there may be.
   *
   * @return false, and nothing has changed, when there cannot be so many, or when they would not be
   *     enough for what the index has and the log needs
   */
  public synchronized boolean resize(int count) {
    if (count > unitCountMax || count < indexUnitCount + logUnitCountMin) {
      return false;
    }
    grow(count);
    while (presentCount() > unitCount && idle.size() > RamLog.KEPT_FOR_DEMOTION_COUNT) {
      retire(idle.pop());
    }
    return true;
  }

  @GuardedBy("this")
  private void grow(int count) {
    unitCount = count;
    while (presentCount() < count) {
      Unit unit = retired.poll();
      if (unit == null) {
        unit = new Unit(units.size());
        units.add(unit);
      }
      // Behind those that have memory already.
      idle.addLast(unit);
    }
  }

  @GuardedBy("this")
  private void retire(Unit unit) {
    drop(unit);
    retired.push(unit);
  }

  /** Lends one unit, but leaves {@code keepCount} idle. */
  synchronized @Nullable Loan lend(int keepCount) {
    if (idle.size() <= keepCount) {
      return null;
    }
    Unit unit = idle.pop();
    return new Loan(List.of(unit), memoryOf(unit), false);
  }

  /**
   * Lends memory of {@code bytes}, rounded up to whole blocks of a device so that it can be written
   * from where it stands, but leaves {@code keepCount} units idle.
   */
  synchronized @Nullable Loan lendLarge(long bytes, int keepCount) {
    int needed = unitsOf(bytes, unitBytes);
    if (idle.size() < needed + keepCount) {
      return null;
    }
    List<Unit> paying = new ArrayList<>(needed);
    for (int i = 0; i < needed; i++) {
      Unit unit = idle.pop();
      paying.add(unit);
      drop(unit);
    }
    Loan loan = new Loan(paying, new OwnMemory(blocks(bytes), OwnMemory.BLOCK_ALIGNMENT), true);
    largeLoans.add(loan);
    return loan;
  }

  /** How many units of {@code unitBytes} pay for {@code bytes}. */
  static int unitsOf(long bytes, int unitBytes) {
    return (int) ((bytes + unitBytes - 1) / unitBytes);
  }

  private static long blocks(long bytes) {
    return (bytes + OwnMemory.BLOCK_ALIGNMENT - 1) & -OwnMemory.BLOCK_ALIGNMENT;
  }

  /** Takes a loan back. Nobody may touch its memory any more. */
  synchronized void giveBack(Loan loan) {
    if (loan.large) {
      loan.memory.close();
      largeLoans.remove(loan);
    }
    for (Unit unit : loan.units) {
      if (goesToTheSystem()) {
        retire(unit);
      } else {
        idle.push(unit);
      }
    }
  }

  @GuardedBy("this")
  private boolean goesToTheSystem() {
    if (presentCount() <= unitCount || idle.size() < RamLog.KEPT_FOR_DEMOTION_COUNT) {
      return false;
    }
    retiresNext = !retiresNext;
    return retiresNext || idle.size() >= IDLE_WHILE_SHRINKING;
  }

  /**
   * Gives the index a unit for good; null when it has three quarters of all, when the log would be
   * left with too few, or when none is idle.
   */
  public synchronized @Nullable MemorySegment takeForIndex() {
    int most = Math.min(unitCount / 4 * 3, unitCount - logUnitCountMin);
    if (indexUnitCount >= Math.max(1, most) || idle.isEmpty()) {
      return null;
    }
    indexUnitCount++;
    return memoryOf(idle.pop()).memory().fill((byte) 0);
  }

  private OwnMemory memoryOf(Unit unit) {
    OwnMemory memory = unit.memory;
    if (memory == null) {
      memory = new OwnMemory(unitBytes, OwnMemory.WORD_ALIGNMENT);
      unit.memory = memory;
    }
    return memory;
  }

  private static void drop(Unit unit) {
    OwnMemory memory = unit.memory;
    if (memory != null) {
      memory.close();
      unit.memory = null;
    }
  }

  /** Gives everything back to the system. Nobody may touch any of it any more. */
  @Override
  public synchronized void close() {
    units.forEach(RamBudget::drop);
    largeLoans.forEach(loan -> loan.memory.close());
    largeLoans.clear();
  }
}
