package io.larder.cache.ram;

import io.larder.cache.record.RecordLayout;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed stretch of the RAM log, filled front to back, given up whole.
 *
 * <p><b>Threads.</b> One writer appends to it until it is sealed. Its records are read and changed
 * under the locks of their shards. The live count may be changed by anyone.
 */
public final class Segment {
  private final RamBudget.Loan loan;
  private final RamQueue queue;
  private final long openedAtSeconds;
  private final AtomicInteger liveBytes = new AtomicInteger();
  private int tailBytes;

  Segment(RamBudget.Loan loan, RamQueue queue, long openedAtSeconds) {
    this.loan = loan;
    this.queue = queue;
    this.openedAtSeconds = openedAtSeconds;
  }

  RamBudget.Loan loan() {
    return loan;
  }

  /** Its number among the segments. */
  public int id() {
    return loan.id();
  }

  public MemorySegment memory() {
    return loan.memory();
  }

  /** The queue its records were written to. */
  public RamQueue queue() {
    return queue;
  }

  /** Whether it holds one record, too large to share a segment. */
  public boolean isLarge() {
    return loan.isLarge();
  }

  /** When its first record was written, unix seconds. */
  public long openedAtSeconds() {
    return openedAtSeconds;
  }

  int capacityBytes() {
    return (int) loan.memory().byteSize();
  }

  /** Where its records end. */
  public int tailBytes() {
    return tailBytes;
  }

  /** Takes room for a record, which stays a filler until it is written. Returns where it starts. */
  int claim(int spanBytes) {
    int at = tailBytes;
    tailBytes += spanBytes;
    RecordLayout.setSpanBytes(memory(), at, spanBytes);
    RecordLayout.setState(memory(), at, RecordLayout.FILLER);
    return at;
  }

  /** A record of this span is pointed at now. */
  public void born(int spanBytes) {
    liveBytes.addAndGet(spanBytes);
  }

  /** A record of this span is no longer pointed at. */
  public void died(int spanBytes) {
    liveBytes.addAndGet(-spanBytes);
  }

  /** Bytes of the records that are pointed at. */
  public int liveBytes() {
    return liveBytes.get();
  }

  /** Whether most of what was written to it is no longer pointed at. */
  public boolean isMoreThanHalfDead() {
    return liveBytes.get() < tailBytes / 2;
  }
}
