package io.larder.bench.replay;

/**
 * memcached's segmented LRU, as its documentation tells it ({@code doc/new_lru.txt}, and the
 * defaults of {@code hot_lru_pct} and {@code warm_lru_pct}).
 *
 * <pre>
 *  new ──▶ HOT (at most 20 %) ──active──▶ WARM (at most 40 %) ◀─┐ active: around again
 *           │ not active                   │ not active ────────┘
 *           ▼                              ▼
 *          COLD ──hit a second time──▶ WARM          COLD's end is evicted
 * </pre>
 *
 * <p>The first read of an item marks it <i>fetched</i>, the next ones <i>active</i>. Only an active
 * item is moved.
 */
public final class SegmentedLruModel extends ListModel {
  /*
   * Kinder than the original in three ways: one LRU over all sizes where memcached has one for each of
   * its slab classes; no bytes lost to the rounding of sizes to those; and what memcached's background
   * thread does now and then happens at once. The limits on the age of hot and warm tails are left out,
   * since traces without times have no ages.
   */

  private static final int HOT = 0;
  private static final int WARM = 1;
  private static final int COLD = 2;
  private static final double HOT_SHARE = 0.2;
  private static final double WARM_SHARE = 0.4;

  private final boolean[] fetched;
  private final boolean[] active;
  private final long hotMax;
  private final long warmMax;

  /** An empty model for keys from 0 to {@code keyCount - 1}. */
  public SegmentedLruModel(int keyCount, Capacity capacity) {
    super(keyCount, 3, capacity);
    fetched = new boolean[keyCount];
    active = new boolean[keyCount];
    hotMax = (long) (capacity.amount() * HOT_SHARE);
    warmMax = (long) (capacity.amount() * WARM_SHARE);
  }

  @Override
  void wasRead(int key) {
    if (!fetched[key]) {
      fetched[key] = true;
    } else if (lists().listOf(key) == COLD) {
      lists().move(WARM, key);
      active[key] = false;
      settle();
    } else {
      active[key] = true;
    }
  }

  @Override
  void wasStored(int key, int weight) {
    while (lists().weight() + weight > capacity().amount()) {
      lists().remove(oldest());
    }
    fetched[key] = false;
    active[key] = false;
    lists().add(HOT, key, weight);
    settle();
  }

  private int oldest() {
    int cold = lists().oldest(COLD);
    if (cold != ItemLists.NONE) {
      return cold;
    }
    int hot = lists().oldest(HOT);
    return hot != ItemLists.NONE ? hot : lists().oldest(WARM);
  }

  /** Lets items flow until hot and warm are within their limits. */
  private void settle() {
    while (lists().weight(HOT) > hotMax) {
      flow(lists().oldest(HOT));
    }
    while (lists().weight(WARM) > warmMax) {
      flow(lists().oldest(WARM));
    }
  }

  private void flow(int key) {
    lists().move(active[key] ? WARM : COLD, key);
    active[key] = false;
  }
}
