package io.larder.cache.stats;

/**
 * What is known of the items of one {@linkplain SlabClasses size class} at one moment.
 *
 * @param slabClass its number
 * @param ramItemCount items of it in RAM
 * @param evictedCount items of it that RAM had no room for and flash did not take, since the start
 * @param evictedUnreadCount of those, the ones that nobody had read
 */
public record ClassSnapshot(
    int slabClass, long ramItemCount, long evictedCount, long evictedUnreadCount) {

  /** The largest item of the class; one of the last may be larger. */
  public int chunkBytes() {
    return SlabClasses.chunkBytes(slabClass);
  }
}
