package io.larder.engine.model;

/**
 * What reclaim goes by, read each time it chooses a page: whoever implements it may change its mind
 * at any moment.
 *
 * <p><b>Threads.</b> Asked by the reclaim step; changed by anyone.
 */
public interface ReclaimLimits {
  /** A limit in pages that the store sets itself: as many as it keeps free anyway. */
  int AUTOMATIC = -1;

  /** Nothing is compacted, and no page given up earlier than room needs it. */
  ReclaimLimits NONE = new Fixed(0, 0, 0, false);

  /**
   * With fewer free pages than this, pages that are mostly dead are compacted; {@link #AUTOMATIC}
   * or a number of pages, 0 = never.
   */
  int compactUnderPages();

  /**
   * With fewer free pages than this, what nobody has read may be dropped, or moved to devices that
   * are kept for it; {@link #AUTOMATIC} or a number of pages, 0 = never.
   */
  int dropUnderPages();

  /**
   * A page is worth compacting when less than this share of what was written to it is live; from 0,
   * for never, to 1.
   */
  double liveShareMax();

  /** Whether what nobody has read is dropped instead of moved, under the limit for that. */
  boolean dropsUnread();

  /** Limits that stay as they are. */
  record Fixed(int compactUnderPages, int dropUnderPages, double liveShareMax, boolean dropsUnread)
      implements ReclaimLimits {}
}
