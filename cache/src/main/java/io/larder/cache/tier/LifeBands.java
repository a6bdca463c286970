package io.larder.cache.tier;

import io.larder.cache.model.Tunables;
import io.larder.engine.model.Bucket;
import java.util.List;

/**
 * Which bucket a record is demoted to: records with about as much life left share pages, so that a
 * page dies whole.
 *
 * <p><b>Threads.</b> Any.
 */
public final class LifeBands {
  /*
   * Limits lie far apart because a band costs an open page and its write buffers, and three of them
   * have to do for everything from seconds to weeks. docs/design/life-bands.md has the figures.
   */

  /** Records with less life left are in the lowest band, when nobody has said otherwise. */
  static final long LOWEST_SECONDS = 180;

  /** Each limit is this many times the one below. */
  static final int RATIO = 20;

  /** The bands from the lowest up; what lives longer, or for ever, is the default bucket's. */
  private static final List<Bucket> LOWER = List.of(Bucket.LOWTTL, Bucket.MIDTTL, Bucket.HIGHTTL);

  /** At most one page in this many is open at once. */
  private static final int PAGES_PER_OPEN_ONE = 8;

  /** Write buffers that are left for what is rescued and for what is on its way to a device. */
  private static final int WRITE_BUFFERS_LEFT = 4;

  private final Tunables tunables;
  private final int bandCount;

  /**
   * Bands for a store: with few pages, or few write buffers, the upper ones are one with the
   * default bucket.
   *
   * @param pageCount pages of default devices
   * @param writeBufferCount write buffers that all buckets share
   */
  public LifeBands(Tunables tunables, int pageCount, int writeBufferCount) {
    this.tunables = tunables;
    // One open page is that of what is rescued.
    int countByPages = pageCount / PAGES_PER_OPEN_ONE - 1;
    int countByBuffers = writeBufferCount - WRITE_BUFFERS_LEFT;
    this.bandCount = Math.clamp(Math.min(countByPages, countByBuffers), 1, LOWER.size() + 1);
  }

  /**
   * The bucket for a record.
   *
   * @param expirySeconds unix seconds; 0 = never
   */
  public Bucket bucketFor(long expirySeconds, long nowSeconds) {
    if (expirySeconds == 0) {
      return Bucket.DEFAULT;
    }
    long named = tunables.lowTtlSeconds();
    // A band that has been asked for is there, however few the pages.
    int countMin = named > 0 ? 2 : 1;
    int count = Math.max(countMin, Math.min(bandCount, tunables.lifeBandCountMax()));
    long limit = named > 0 ? named : LOWEST_SECONDS;
    for (Bucket band : LOWER.subList(0, count - 1)) {
      if (expirySeconds - nowSeconds < limit) {
        return band;
      }
      limit *= RATIO;
    }
    return Bucket.DEFAULT;
  }
}
