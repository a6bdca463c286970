package io.larder.cache.session;

import org.jspecify.annotations.Nullable;

/**
 * The lookups of a session that are under way, found by the hash of their key, each key's in the
 * order in which they were asked for.
 *
 * <p><b>Threads.</b> Confined to its session.
 */
final class LookupsByKey {
  /*
   * Lists by the low bits of the hash, linked through the lookups themselves, so that nothing is
   * allocated. There are seldom more lookups than lists.
   */

  private static final int LIST_COUNT = 1024;

  private final @Nullable FlashLookup[] oldest = new FlashLookup[LIST_COUNT];
  private final @Nullable FlashLookup[] newest = new FlashLookup[LIST_COUNT];
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  void add(FlashLookup lookup) {
    int list = listOf(lookup.hash);
    FlashLookup before = newest[list];
    lookup.older = before;
    lookup.younger = null;
    if (before == null) {
      oldest[list] = lookup;
    } else {
      before.younger = lookup;
    }
    newest[list] = lookup;
    count++;
  }

  void remove(FlashLookup lookup) {
    int list = listOf(lookup.hash);
    FlashLookup older = lookup.older;
    FlashLookup younger = lookup.younger;
    if (older == null) {
      oldest[list] = younger;
    } else {
      older.younger = younger;
    }
    if (younger == null) {
      newest[list] = older;
    } else {
      younger.older = older;
    }
    lookup.older = null;
    lookup.younger = null;
    count--;
  }

  /**
   * Whether something asked for earlier is still under way on the key with this hash.
   *
   * @param asked the lookup of who asks; null for a request that has none, which is the youngest
   */
  boolean hasOlder(long hash, @Nullable FlashLookup asked) {
    FlashLookup each = asked == null ? newest[listOf(hash)] : asked.older;
    while (each != null && each.hash != hash) {
      each = each.older;
    }
    return each != null;
  }

  /** The oldest that is under way on the key with this hash. */
  @Nullable FlashLookup oldest(long hash) {
    FlashLookup each = oldest[listOf(hash)];
    while (each != null && each.hash != hash) {
      each = each.younger;
    }
    return each;
  }

  private static int listOf(long hash) {
    return (int) hash & LIST_COUNT - 1;
  }
}
