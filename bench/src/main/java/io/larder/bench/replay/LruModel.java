package io.larder.bench.replay;

/** Plain LRU: what was used last stays longest. */
public final class LruModel extends ListModel {
  private static final int ONLY = 0;

  /** An empty model for keys from 0 to {@code keyCount - 1}. */
  public LruModel(int keyCount, Capacity capacity) {
    super(keyCount, 1, capacity);
  }

  @Override
  void wasRead(int key) {
    lists().move(ONLY, key);
  }

  @Override
  void wasStored(int key, int weight) {
    while (lists().weight(ONLY) + weight > capacity().amount()) {
      lists().remove(lists().oldest(ONLY));
    }
    lists().add(ONLY, key, weight);
  }
}
