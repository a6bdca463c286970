package io.larder.cache.ram;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The memory that {@code -m} bounds, in units of one segment: index and RAM log together.
 *
 * <p>Memory is taken from the system when a unit is first used and kept while it is idle. A record too
 * large for a unit gets memory of its own, paid with as many idle units, whose memory goes back to the
 * system meanwhile, so that the sum holds.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor, the last in the cache's lock order.
 */
public final class RamBudget implements AutoCloseable {
  private final int unitBytes;
  private final int unitCount;

  @GuardedBy("this")
  private final Deque<Unit> idle = new ArrayDeque<>();

  @GuardedBy("this")
  private int indexUnitCount;

  @GuardedBy("this")
  private final Unit[] units;

  /** One unit of the budget; its memory is there only while it has been used and not lent out. */
  private static final class Unit {
    final int id;
    @Nullable Arena arena;
    @Nullable MemorySegment memory;

    Unit(int id) {
      this.id = id;
    }
  }

  /** Memory lent to a segment: the first unit's number, and how many units pay for it. */
  record Loan(int id, MemorySegment memory, int[] unitIds, @Nullable Arena ownArena) {}

  /** A budget of {@code unitCount} units, none allocated. */
  public RamBudget(int unitBytes, int unitCount) {
    this.unitBytes = unitBytes;
    this.unitCount = unitCount;
    this.units = new Unit[unitCount];
    for (int i = 0; i < unitCount; i++) {
      units[i] = new Unit(i);
      idle.addLast(units[i]);
    }
  }

  public int unitBytes() {
    return unitBytes;
  }

  public int unitCount() {
    return unitCount;
  }

  /** Units nobody uses. */
  public synchronized int idleCount() {
    return idle.size();
  }

  /** Bytes of the budget that the index has. */
  public synchronized long indexBytes() {
    return (long) indexUnitCount * unitBytes;
  }

  /** Units that the index has. */
  public synchronized int indexUnitCount() {
    return indexUnitCount;
  }

  /** Lends one unit, but leaves {@code keepCount} idle. */
  synchronized @Nullable Loan lend(int keepCount) {
    if (idle.size() <= keepCount) {
      return null;
    }
    Unit unit = idle.pop();
    return new Loan(unit.id, memoryOf(unit), new int[] {unit.id}, null);
  }

  /** Lends memory of {@code bytes}, more than a unit, but leaves {@code keepCount} units idle. */
  synchronized @Nullable Loan lendLarge(long bytes, int keepCount) {
    int needed = (int) ((bytes + unitBytes - 1) / unitBytes);
    if (idle.size() < needed + keepCount) {
      return null;
    }
    int[] ids = new int[needed];
    for (int i = 0; i < needed; i++) {
      Unit unit = idle.pop();
      ids[i] = unit.id;
      drop(unit);
    }
    Arena arena = Arena.ofShared();
    return new Loan(ids[0], arena.allocate(bytes, Long.BYTES), ids, arena);
  }

  /** Takes a loan back. Nobody may touch its memory any more. */
  synchronized void giveBack(Loan loan) {
    Arena own = loan.ownArena();
    if (own != null) {
      own.close();
    }
    for (int id : loan.unitIds()) {
      idle.push(units[id]);
    }
  }

  /** Gives the index one unit for good, or null when it has {@code unitCountMax} or none is idle. */
  public synchronized @Nullable MemorySegment takeForIndex(int unitCountMax) {
    if (indexUnitCount >= unitCountMax || idle.isEmpty()) {
      return null;
    }
    Unit unit = idle.pop();
    indexUnitCount++;
    MemorySegment memory = memoryOf(unit);
    memory.fill((byte) 0);
    return memory;
  }

  @GuardedBy("this")
  private MemorySegment memoryOf(Unit unit) {
    MemorySegment memory = unit.memory;
    if (memory == null) {
      Arena arena = Arena.ofShared();
      memory = arena.allocate(unitBytes, 4096);
      unit.arena = arena;
      unit.memory = memory;
    }
    return memory;
  }

  private static void drop(Unit unit) {
    Arena arena = unit.arena;
    if (arena != null) {
      arena.close();
      unit.arena = null;
      unit.memory = null;
    }
  }

  /** Gives every unit back to the system. Nobody may touch any of it any more. */
  @Override
  public synchronized void close() {
    for (Unit unit : units) {
      drop(unit);
    }
  }
}
