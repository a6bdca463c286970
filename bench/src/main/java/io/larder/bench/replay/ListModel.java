package io.larder.bench.replay;

/** What the models have in common: items in lists, a capacity, expiry. */
abstract class ListModel implements PlayedCache {
  private final ItemLists lists;
  private final Capacity capacity;
  private final int[] expiries;
  private int now;

  ListModel(int keyCount, int listCount, Capacity capacity) {
    this.lists = new ItemLists(keyCount, listCount);
    this.capacity = capacity;
    this.expiries = new int[keyCount];
  }

  final ItemLists lists() {
    return lists;
  }

  final Capacity capacity() {
    return capacity;
  }

  @Override
  public final void passTo(int seconds) {
    now = seconds;
  }

  @Override
  public final boolean read(int key) {
    if (!lists.contains(key)) {
      return false;
    }
    if (expiries[key] != 0 && expiries[key] <= now) {
      lists.remove(key);
      return false;
    }
    wasRead(key);
    return true;
  }

  @Override
  public final void store(int key, int keyLength, int valueBytes, int lifeSeconds) {
    delete(key);
    int weight = capacity.weight(keyLength, valueBytes);
    if (weight > capacity.amount()) {
      return;
    }
    expiries[key] =
        lifeSeconds == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (long) now + lifeSeconds);
    wasStored(key, weight);
  }

  @Override
  public final void delete(int key) {
    if (lists.contains(key)) {
      lists.remove(key);
    }
  }

  /** An item was hit. */
  abstract void wasRead(int key);

  /** A new item has to be put into a list, and others may have to make room. */
  abstract void wasStored(int key, int weight);

  @Override
  public final long itemCount() {
    return lists.itemCount();
  }

  @Override
  public void close() {}
}
