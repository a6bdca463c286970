package io.larder.cache.ram;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The memory that {@code -m} bounds, in units of one segment: index and RAM log together.
 *
 * <p>Memory is taken from the system when a unit is first used and kept while it is idle. A record
 * too large for a unit gets memory of its own, paid with as many idle units, whose memory goes back
 * to the system meanwhile, so that the sum holds.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor, the last in the cache's lock order.
 */
public final class RamBudget implements AutoCloseable {
  private final int unitBytes;
  private final List<Unit> units;

  @GuardedBy("this")
  private final Deque<Unit> idle;

  @GuardedBy("this")
  private final List<Loan> largeLoans = new ArrayList<>();

  @GuardedBy("this")
  private int indexUnitCount;

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

  /** A budget of {@code unitCount} units, none allocated. */
  public RamBudget(int unitBytes, int unitCount) {
    this.unitBytes = unitBytes;
    this.units = IntStream.range(0, unitCount).mapToObj(Unit::new).toList();
    this.idle = new ArrayDeque<>(units);
  }

  public int unitBytes() {
    return unitBytes;
  }

  public int unitCount() {
    return units.size();
  }

  /** Units nobody uses. */
  public synchronized int idleCount() {
    return idle.size();
  }

  /** Bytes of the budget that the index has. */
  public synchronized long indexBytes() {
    return (long) indexUnitCount * unitBytes;
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
    int needed = (int) ((bytes + unitBytes - 1) / unitBytes);
    if (idle.size() < needed + keepCount) {
      return null;
    }
    List<Unit> paying = new ArrayList<>(needed);
    for (int i = 0; i < needed; i++) {
      Unit unit = idle.pop();
      paying.add(unit);
      drop(unit);
    }
    Loan loan = new Loan(paying, new OwnMemory(blocks(bytes)), true);
    largeLoans.add(loan);
    return loan;
  }

  private static long blocks(long bytes) {
    return (bytes + OwnMemory.ALIGNMENT_BYTES - 1) & -OwnMemory.ALIGNMENT_BYTES;
  }

  /** Takes a loan back. Nobody may touch its memory any more. */
  synchronized void giveBack(Loan loan) {
    if (loan.large) {
      loan.memory.close();
      largeLoans.remove(loan);
    }
    loan.units.forEach(idle::push);
  }

  /** Gives the index a unit for good; null when it has {@code unitCountMax} or none is idle. */
  public synchronized @Nullable MemorySegment takeForIndex(int unitCountMax) {
    if (indexUnitCount >= unitCountMax || idle.isEmpty()) {
      return null;
    }
    indexUnitCount++;
    return memoryOf(idle.pop()).memory().fill((byte) 0);
  }

  private OwnMemory memoryOf(Unit unit) {
    OwnMemory memory = unit.memory;
    if (memory == null) {
      memory = new OwnMemory(unitBytes);
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
