package io.larder.bench.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes requests one by one and makes a {@link Trace} of them.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class TraceBuilder {
  /*
   * Keys are told apart by 64 bits: numbers as they are, text by its hash. Two texts of one hash
   * would become one key, in a trace of 100 million keys with a probability of one in 3,000.
   */

  private static final int KEY_LENGTH_MAX = 250;
  private static final long HASH_FACTOR = 0x9E3779B97F4A7C15L;

  /** Without times in the trace, this many requests take a second. */
  private static final int REQUESTS_PER_SECOND = 1000;

  private final int requestCountMax;
  private int requestCount;
  private int[] keys = new int[1024];
  private int[] valueBytes = new int[1024];
  private int[] seconds = new int[1024];
  private byte[] operations = new byte[1024];
  private int[] lifeSeconds = new int[1024];
  private boolean hasSizes;
  private long firstSeconds;

  private int keyCount;
  private short[] keyLengths = new short[1024];
  private long[] tableNames = new long[1 << 12];

  /** Key plus one; 0 where the table is empty. */
  private int[] tableKeys = new int[1 << 12];

  /** A builder that takes at most so many requests. */
  public TraceBuilder(int requestCountMax) {
    this.requestCountMax = requestCountMax;
  }

  /** Whether no more requests are taken. */
  boolean isFull() {
    return requestCount >= requestCountMax;
  }

  /** Adds a read of a numbered key, at an even pace, of a size nobody knows. */
  public void add(long keyNumber) {
    add(
        requestCount / REQUESTS_PER_SECOND,
        keyNumber,
        Operation.GET,
        decimalDigits(keyNumber),
        Trace.SIZE_UNKNOWN,
        0);
  }

  /**
   * Adds a request on a numbered key.
   *
   * @param size of its value in bytes; negative if nobody knows
   * @param life of what it stores, in seconds; 0 = for ever
   */
  public void add(long second, long keyNumber, Operation operation, int size, int life) {
    add(second, keyNumber, operation, decimalDigits(keyNumber), size, life);
  }

  /** Adds a request on a key in words, whose length is its own. */
  void add(long second, String key, Operation operation, int size, int life) {
    add(second, key, operation, key.length(), size, life);
  }

  /** Adds a request on a key in words that stands for a key of {@code keyLength} bytes. */
  void add(long second, String key, Operation operation, int keyLength, int size, int life) {
    add(second, hash(key), operation, keyLength, size, life);
  }

  private static int decimalDigits(long number) {
    return Long.toUnsignedString(number).length();
  }

  private static long hash(String key) {
    long hash = key.length();
    for (byte each : key.getBytes(StandardCharsets.ISO_8859_1)) {
      hash = (hash ^ each) * HASH_FACTOR;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private void add(
      long second, long keyName, Operation operation, int keyLength, int size, int life) {
    if (isFull()) {
      return;
    }
    if (requestCount == keys.length) {
      grow();
    }
    if (requestCount == 0) {
      firstSeconds = second;
    }
    int before = requestCount == 0 ? 0 : seconds[requestCount - 1];
    int key = keyOf(keyName);
    int lengthSeen = Math.clamp(keyLength, 1, KEY_LENGTH_MAX);
    keyLengths[key] = (short) Math.max(keyLengths[key], lengthSeen);
    keys[requestCount] = key;
    seconds[requestCount] = Math.clamp(second - firstSeconds, before, Integer.MAX_VALUE);
    operations[requestCount] = (byte) operation.ordinal();
    valueBytes[requestCount] = size;
    lifeSeconds[requestCount] = Math.max(0, life);
    hasSizes |= size >= 0;
    requestCount++;
  }

  private void grow() {
    int length = keys.length + (keys.length >> 1);
    keys = Arrays.copyOf(keys, length);
    valueBytes = Arrays.copyOf(valueBytes, length);
    seconds = Arrays.copyOf(seconds, length);
    operations = Arrays.copyOf(operations, length);
    lifeSeconds = Arrays.copyOf(lifeSeconds, length);
  }

  private int keyOf(long name) {
    int at = place(name);
    if (tableKeys[at] != 0) {
      return tableKeys[at] - 1;
    }
    if (keyCount * 2 >= tableKeys.length) {
      growTable();
      at = place(name);
    }
    if (keyCount == keyLengths.length) {
      keyLengths = Arrays.copyOf(keyLengths, keyCount * 2);
    }
    tableNames[at] = name;
    tableKeys[at] = ++keyCount;
    return keyCount - 1;
  }

  private int place(long name) {
    int mask = tableKeys.length - 1;
    long mixed = (name ^ (name >>> 29)) * HASH_FACTOR;
    int at = (int) (mixed >>> 32) & mask;
    while (tableKeys[at] != 0 && tableNames[at] != name) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void growTable() {
    long[] names = tableNames;
    int[] numbers = tableKeys;
    tableNames = new long[names.length * 2];
    tableKeys = new int[names.length * 2];
    for (int i = 0; i < names.length; i++) {
      if (numbers[i] != 0) {
        int at = place(names[i]);
        tableNames[at] = names[i];
        tableKeys[at] = numbers[i];
      }
    }
  }

  /** The requests taken so far. */
  public Trace build() {
    return new Trace(
        requestCount,
        Arrays.copyOf(keys, requestCount),
        Arrays.copyOf(valueBytes, requestCount),
        Arrays.copyOf(seconds, requestCount),
        Arrays.copyOf(operations, requestCount),
        Arrays.copyOf(lifeSeconds, requestCount),
        keyCount,
        Arrays.copyOf(keyLengths, keyCount),
        hasSizes);
  }
}
