package io.larder.cache.model;

/**
 * Hears what becomes of items and pages in the background. Whoever tells it asks first whether it
 * wants to hear, and that costs no more than a look at a field.
 *
 * <p><b>Threads.</b> Each is told by one thread only. The items are borrowed for the call, which
 * may run under a lock of the cache: it copies what it needs and calls nothing of the cache.
 */
public interface TierListener {
  /** Hears nothing. */
  TierListener NOBODY =
      new TierListener() {
        @Override
        public boolean hearsItems() {
          return false;
        }

        @Override
        public boolean hearsSystem() {
          return false;
        }

        @Override
        public void evicted(ItemView item, long nowSeconds, boolean fromFlash) {}

        @Override
        public void writtenToFlash(ItemView item, long nowSeconds, int bucket) {}

        @Override
        public void pageLeaves(int page, long version) {}

        @Override
        public void pageLeft(int page, long movedCount, long lostCount, long droppedCount) {}

        @Override
        public void crawled(
            int slabClass, long elapsedSeconds, long examinedCount, long reclaimedCount) {}
      };

  /** Whether it wants to hear of items. */
  boolean hearsItems();

  /** Whether it wants to hear of pages and crawls. */
  boolean hearsSystem();

  /** An item is gone because there was no room for it, or no time to write it to flash. */
  void evicted(ItemView item, long nowSeconds, boolean fromFlash);

  /** An item has been written to flash, by the stream with that number. */
  void writtenToFlash(ItemView item, long nowSeconds, int bucket);

  /** A page that still holds live records is being given up. */
  void pageLeaves(int page, long version);

  /**
   * It has been given up.
   *
   * @param movedCount records moved to another page
   * @param lostCount records that were to be moved and could not be
   * @param droppedCount live records that were not moved
   */
  void pageLeft(int page, long movedCount, long lostCount, long droppedCount);

  /** A crawl has been through a class. */
  void crawled(int slabClass, long elapsedSeconds, long examinedCount, long reclaimedCount);
}
