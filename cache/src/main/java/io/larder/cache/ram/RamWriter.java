package io.larder.cache.ram;

import org.jspecify.annotations.Nullable;

/**
 * Appends records to a segment of its own.
 *
 * <p>{@link #claim}, write the record, point the slot at it, {@link #publish}: all under the lock
 * of the key's shard.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class RamWriter {
  /*
   * A segment is sealed by its writer alone, and only between two records, so whoever walks a sealed
   * segment finds every record complete and every slot swung.
   */

  private final RamLog log;
  private final RamQueue queue;
  private final int keepCount;
  private @Nullable Segment open;
  private @Nullable Segment claimed;
  private int claimedAt;
  private int claimedSpan;

  private RamWriter(RamLog log, RamQueue queue, int keepCount) {
    this.log = log;
    this.queue = queue;
    this.keepCount = keepCount;
  }

  /** Writes what is stored into {@code queue}, and leaves demotion what it needs. */
  public static RamWriter forRequests(RamLog log, RamQueue queue) {
    return new RamWriter(log, queue, RamLog.KEPT_FOR_DEMOTION_COUNT);
  }

  /** Writes what demotion keeps in RAM into {@code queue}. */
  public static RamWriter forDemotion(RamLog log, RamQueue queue) {
    return new RamWriter(log, queue, 0);
  }

  /**
   * Takes room for one record.
   *
   * @param spanBytes a multiple of 8
   * @return false when there is no segment to be had now
   */
  public boolean claim(int spanBytes, long nowSeconds) {
    Segment segment;
    if (spanBytes > log.sharedSpanBytesMax()) {
      segment = log.openLarge(queue, spanBytes, keepCount, nowSeconds);
    } else {
      segment = roomFor(spanBytes, nowSeconds);
    }
    if (segment == null) {
      return false;
    }
    claimed = segment;
    claimedAt = segment.claim(spanBytes);
    claimedSpan = spanBytes;
    return true;
  }

  private @Nullable Segment roomFor(int spanBytes, long nowSeconds) {
    Segment segment = open;
    if (segment != null && segment.capacityBytes() - segment.tailBytes() >= spanBytes) {
      return segment;
    }
    Segment next = log.open(queue, keepCount, nowSeconds);
    if (next == null) {
      return null;
    }
    if (segment != null) {
      log.seal(segment, queue);
    }
    open = next;
    return next;
  }

  /** The segment of the claimed record. */
  public Segment segment() {
    Segment segment = claimed;
    if (segment == null) {
      throw new IllegalStateException("nothing is claimed");
    }
    return segment;
  }

  /** Where in the segment the claimed record starts. */
  public int offset() {
    return claimedAt;
  }

  /** The claimed record is written and pointed at. */
  public void publish() {
    Segment segment = segment();
    segment.born(claimedSpan);
    claimed = null;
    if (segment != open) {
      log.seal(segment, queue);
    }
  }

  /** Gives the open segment to demotion; the writer may go on and takes another. */
  public void seal() {
    Segment segment = open;
    if (segment != null) {
      open = null;
      log.seal(segment, queue);
      log.wakeDemotionIfLow();
    }
  }
}
