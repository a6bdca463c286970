package io.larder.engine.reclaim;

import io.larder.engine.model.Bucket;
import io.larder.engine.page.FreePages;

/**
 * When the free pages of one free bucket run low, and for how long its closing pages have been
 * counted upon.
 *
 * <p><b>Threads.</b> Confined to the reclaim step.
 */
final class LowWater {
  /** How long closing pages are counted upon; a read that hangs must not stop all writing. */
  private static final long READER_PATIENCE_NANOS = 100_000_000;

  private final Bucket freeBucket;
  private final int count;
  private boolean waitsForReaders;
  private long waitsSinceNanos;

  /** Low is what is under {@code count} free pages. */
  LowWater(Bucket freeBucket, int count) {
    this.freeBucket = freeBucket;
    this.count = count;
  }

  Bucket freeBucket() {
    return freeBucket;
  }

  /** How many free pages are enough. */
  int count() {
    return count;
  }

  boolean isLow(FreePages freePages) {
    return freePages.count(freeBucket) < count;
  }

  /** Whether the free pages will be enough when the readers of {@code closingCount} are gone. */
  boolean isLowOnlyForReaders(FreePages freePages, int closingCount) {
    return freePages.count(freeBucket) + closingCount >= count;
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
