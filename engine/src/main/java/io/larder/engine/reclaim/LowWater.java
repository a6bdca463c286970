package io.larder.engine.reclaim;

import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.page.Page;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * When the free pages of one free bucket run low, and for how long its closing pages have been
 * counted upon.
 *
 * <p><b>Threads.</b> Confined to the reclaim step.
 */
final class LowWater {
  /** How long closing pages are counted upon; a read that hangs must not stop all writing. */
  private static final long READER_PATIENCE_NANOS = 100_000_000;

  private static final int PAGES_PER_FREE_ONE = 64;

  /**
   * Pages kept for a bucket that are so few that one free one has to do: each holds a large part of
   * what they hold together, and where one is not enough there are the default devices.
   */
  private static final int FEW_PAGES = 4;

  private final Bucket freeBucket;
  private final Map<Integer, Integer> pageCounts = new TreeMap<>();
  private final IntPredicate isOutOfService;
  private boolean waitsForReaders;
  private long waitsSinceNanos;

  /**
   * Watches the pages of a free bucket.
   *
   * @param pages of all buckets
   * @param isOutOfService whether the device with this number takes no writes any more
   */
  LowWater(Bucket freeBucket, Collection<Page> pages, IntPredicate isOutOfService) {
    this.freeBucket = freeBucket;
    this.isOutOfService = isOutOfService;
    for (Page page : pages) {
      if (page.freeBucket() == freeBucket) {
        pageCounts.merge(page.deviceIndex(), 1, Integer::sum);
      }
    }
  }

  Bucket freeBucket() {
    return freeBucket;
  }

  /**
   * How many free pages are enough: a few in a hundred of those in service. Counted each time: what
   * a large device would need must not be kept free on the small one that is left.
   */
  int count() {
    int pageCount = pageCountInService();
    if (freeBucket != Bucket.DEFAULT && pageCount < FEW_PAGES) {
      return 1;
    }
    return Math.max(2, 1 + pageCount / PAGES_PER_FREE_ONE);
  }

  private int pageCountInService() {
    int pageCount = 0;
    for (Map.Entry<Integer, Integer> device : pageCounts.entrySet()) {
      pageCount += isOutOfService.test(device.getKey()) ? 0 : device.getValue();
    }
    return pageCount;
  }

  /** Whether any of its devices takes writes. */
  boolean isInService() {
    return pageCountInService() > 0;
  }

  /** A limit in pages, or {@link #count} for one that is left to the store. */
  int orAutomatic(int limitPages) {
    return limitPages == ReclaimLimits.AUTOMATIC ? count() : limitPages;
  }

  /** Whether the readers of closing pages may still be waited for. */
  boolean hasPatience(long nowNanos) {
    if (!waitsForReaders) {
      waitsForReaders = true;
      waitsSinceNanos = nowNanos;
    }
    return nowNanos - waitsSinceNanos <= READER_PATIENCE_NANOS;
  }

  void waitsNoMore() {
    waitsForReaders = false;
  }
}
