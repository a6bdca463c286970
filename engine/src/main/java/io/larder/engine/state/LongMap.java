package io.larder.engine.state;

/**
 * From any long to a long that is not 0, in two plain arrays; nothing is ever taken out.
 *
 * <p><b>Threads.</b> One, or many when nothing is put any more.
 */
final class LongMap {
  private static final int CAPACITY_MIN = 16;
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private long[] keys = new long[CAPACITY_MIN];
  private long[] values = new long[CAPACITY_MIN];
  private int size;

  /** Sees every pair. */
  @FunctionalInterface
  interface Visitor<E extends Exception> {
    /** One of them. */
    void pair(long key, long value) throws E;
  }

  int size() {
    return size;
  }

  /** The value of {@code key}; 0 when it has none. */
  long get(long key) {
    return values[place(key)];
  }

  void put(long key, long value) {
    if (value == 0) {
      throw new IllegalArgumentException("0 means that there is no value");
    }
    int place = place(key);
    boolean isNew = values[place] == 0;
    keys[place] = key;
    values[place] = value;
    if (isNew && ++size > keys.length / 4 * 3) {
      grow();
    }
  }

  <E extends Exception> void forEach(Visitor<E> visitor) throws E {
    for (int i = 0; i < keys.length; i++) {
      if (values[i] != 0) {
        visitor.pair(keys[i], values[i]);
      }
    }
  }

  /** Where {@code key} is, or would be. */
  private int place(long key) {
    int place = (int) ((key * SPREAD) >>> (Long.numberOfLeadingZeros(keys.length) + 1));
    while (values[place] != 0 && keys[place] != key) {
      place = place + 1 & keys.length - 1;
    }
    return place;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new long[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != 0) {
        int place = place(oldKeys[i]);
        keys[place] = oldKeys[i];
        values[place] = oldValues[i];
      }
    }
  }
}
