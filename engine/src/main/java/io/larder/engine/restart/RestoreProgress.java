package io.larder.engine.restart;

import io.larder.engine.model.PageRestorer;
import io.larder.platform.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How far a store has got in finding its records again.
 *
 * <p><b>Threads.</b> Any.
 */
public final class RestoreProgress {
  private final int pageCount;
  private final Clock clock;
  private final long startNanos;
  private final int missingPageCount;
  private final AtomicInteger pagesDone = new AtomicInteger();
  private final LongAdder records = new LongAdder();
  private final LongAdder scannedPages = new LongAdder();
  private final LongAdder lostPages = new LongAdder();
  private final LongAdder expiredPages = new LongAdder();
  private final LongAdder tombstoned = new LongAdder();
  private final Map<PageRestorer.Answer, LongAdder> refused =
      new EnumMap<>(PageRestorer.Answer.class);
  private final AtomicLong tookNanos = new AtomicLong(-1);

  /**
   * Nothing has been looked at yet of {@code pageCount} pages.
   *
   * @param missingPageCount further pages, which are not there to be looked at
   */
  public RestoreProgress(int pageCount, int missingPageCount, Clock clock) {
    this.pageCount = pageCount;
    this.missingPageCount = missingPageCount;
    this.clock = clock;
    this.startNanos = pageCount == 0 ? 0 : clock.nanos();
    for (PageRestorer.Answer answer : PageRestorer.Answer.values()) {
      refused.put(answer, new LongAdder());
    }
    if (pageCount == 0) {
      tookNanos.set(0);
    }
  }

  /**
   * A store's return at one moment.
   *
   * @param running whether pages are left to be looked at
   * @param pageCount pages that live on
   * @param scannedPageCount pages looked through record by record, for want of a directory
   * @param missingPageCount pages whose device is not there, or was not known for the store's
   * @param lostPageCount pages that turned out to be another life's, or could not be read
   * @param expiredPageCount pages whose every record had expired, or that a flush_all has ended
   * @param recordCount records found again
   * @param tombstoneCount records that were dead already
   * @param changedCount records whose key was changed before they were found
   * @param twiceCount records left out because there were two of one key
   * @param noRoomCount records that the index had no room for
   * @param tookNanos so far, or from start to end
   */
  public record RestoreSnapshot(
      boolean running,
      int pageCount,
      int pagesDoneCount,
      long scannedPageCount,
      int missingPageCount,
      long lostPageCount,
      long expiredPageCount,
      long recordCount,
      long tombstoneCount,
      long changedCount,
      long twiceCount,
      long noRoomCount,
      long tookNanos) {}

  /** Where it stands. */
  public RestoreSnapshot snapshot() {
    long took = tookNanos.get();
    return new RestoreSnapshot(
        isRunning(),
        pageCount,
        pagesDone.get(),
        scannedPages.sum(),
        missingPageCount,
        lostPages.sum(),
        expiredPages.sum(),
        records.sum(),
        tombstoned.sum(),
        countOf(PageRestorer.Answer.CHANGED),
        countOf(PageRestorer.Answer.TWICE),
        countOf(PageRestorer.Answer.NO_ROOM),
        took >= 0 ? took : clock.nanos() - startNanos);
  }

  private long countOf(PageRestorer.Answer answer) {
    LongAdder count = refused.get(answer);
    return count == null ? 0 : count.sum();
  }

  /** Whether pages are left to be looked at. */
  public boolean isRunning() {
    return tookNanos.get() < 0;
  }

  void answered(PageRestorer.Answer answer) {
    if (answer == PageRestorer.Answer.FOUND) {
      records.increment();
      return;
    }
    LongAdder count = refused.get(answer);
    if (count != null) {
      count.increment();
    }
  }

  void tombstoned() {
    tombstoned.increment();
  }

  void scanned() {
    scannedPages.increment();
  }

  void lost() {
    lostPages.increment();
  }

  void expired() {
    expiredPages.increment();
  }

  /**
   * Counts a page that has been looked at.
   *
   * @return whether it was the last
   */
  boolean pageDone() {
    return pagesDone.incrementAndGet() == pageCount;
  }

  /** All is found; after what follows from that has been done. */
  void ended() {
    tookNanos.set(clock.nanos() - startNanos);
  }
}
