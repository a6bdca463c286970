package io.larder.cache.model;

/**
 * Who is shown the items of an {@link ItemWalk}.
 *
 * <p><b>Threads.</b> Called on the thread of the walk. The views are borrowed for the call.
 */
public interface ItemVisitor {

  /**
   * Shows an item in RAM. Runs under a lock of the cache: it copies what it needs and calls nothing
   * of the cache.
   *
   * @param slabClass as memcached would sort it
   */
  void inRam(ItemView item, int slabClass);

  /**
   * Shows an item on flash, of which all but the value can be looked at.
   *
   * @param page where it stands
   * @param offsetBytes where in its page
   */
  void onFlash(ItemView item, int page, long offsetBytes);

  /** What a walk has waited for has come: it may go on. */
  void readsEnded();
}
