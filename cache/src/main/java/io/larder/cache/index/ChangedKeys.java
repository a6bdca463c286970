package io.larder.cache.index;

/**
 * The hashes of keys that were changed while records of an earlier run are still being found: a set
 * of longs with open addressing.
 *
 * <p><b>Threads.</b> Confined by its owner, a shard.
 */
final class ChangedKeys {
  private long[] slots = new long[64];
  private int count;
  private boolean holdsZero;

  /** Adds a hash; returns whether it is new. */
  boolean add(long hash) {
    if (hash == 0) {
      boolean isNew = !holdsZero;
      holdsZero = true;
      return isNew;
    }
    if (2 * count >= slots.length) {
      grow();
    }
    int at = placeOf(slots, hash);
    if (slots[at] == hash) {
      return false;
    }
    slots[at] = hash;
    count++;
    return true;
  }

  boolean contains(long hash) {
    return hash == 0 ? holdsZero : slots[placeOf(slots, hash)] == hash;
  }

  private static int placeOf(long[] table, long hash) {
    // The shard is chosen by the low bits, so they are the same in all of them.
    int at = (int) (hash >>> 32) & (table.length - 1);
    while (table[at] != 0 && table[at] != hash) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private void grow() {
    long[] larger = new long[2 * slots.length];
    for (long hash : slots) {
      if (hash != 0) {
        larger[placeOf(larger, hash)] = hash;
      }
    }
    slots = larger;
  }

  /** Forgets all. */
  void clear() {
    slots = new long[64];
    count = 0;
    holdsZero = false;
  }
}
