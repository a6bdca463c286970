package io.larder.bench.replay;

import java.util.Arrays;

/**
 * Lists of items, each item in at most one: what the models are made of.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class ItemLists {
  static final int NONE = -1;

  private static final byte IN_NO_LIST = -1;

  private final int keyCount;

  /** Of an item, its neighbours; behind all items, the heads of the lists. */
  private final int[] younger;

  private final int[] older;
  private final byte[] lists;
  private final int[] weights;
  private final long[] listWeights;
  private long itemCount;

  ItemLists(int keyCount, int listCount) {
    this.keyCount = keyCount;
    this.younger = new int[keyCount + listCount];
    this.older = new int[keyCount + listCount];
    this.lists = new byte[keyCount];
    this.weights = new int[keyCount];
    this.listWeights = new long[listCount];
    Arrays.fill(lists, IN_NO_LIST);
    for (int list = 0; list < listCount; list++) {
      younger[keyCount + list] = keyCount + list;
      older[keyCount + list] = keyCount + list;
    }
  }

  boolean contains(int key) {
    return lists[key] != IN_NO_LIST;
  }

  /** The list an item is in. */
  int listOf(int key) {
    return lists[key];
  }

  /** Puts an item that is in no list at the young end of one. */
  void add(int list, int key, int weight) {
    int head = keyCount + list;
    int next = older[head];
    older[head] = key;
    younger[key] = head;
    older[key] = next;
    younger[next] = key;
    lists[key] = (byte) list;
    weights[key] = weight;
    listWeights[list] += weight;
    itemCount++;
  }

  void remove(int key) {
    older[younger[key]] = older[key];
    younger[older[key]] = younger[key];
    listWeights[lists[key]] -= weights[key];
    lists[key] = IN_NO_LIST;
    itemCount--;
  }

  /** Moves an item to the young end of a list. */
  void move(int list, int key) {
    int weight = weights[key];
    remove(key);
    add(list, key, weight);
  }

  /** The item at the old end of a list, or NONE. */
  int oldest(int list) {
    int key = younger[keyCount + list];
    return key >= keyCount ? NONE : key;
  }

  long weight(int list) {
    return listWeights[list];
  }

  long weight() {
    return Arrays.stream(listWeights).sum();
  }

  long itemCount() {
    return itemCount;
  }
}
