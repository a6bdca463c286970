package io.larder.bench.trace;

/**
 * The requests of a trace, in memory. Keys are numbered from 0 in the order of their first request.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class Trace {
  /** Of a trace that says nothing about sizes. */
  static final int SIZE_UNKNOWN = -1;

  private final int requestCount;
  private final int[] keys;
  private final int[] valueBytes;
  private final int[] seconds;
  private final byte[] operations;
  private final int[] lifeSeconds;
  private final int keyCount;
  private final short[] keyLengths;
  private final boolean hasSizes;

  Trace(
      int requestCount,
      int[] keys,
      int[] valueBytes,
      int[] seconds,
      byte[] operations,
      int[] lifeSeconds,
      int keyCount,
      short[] keyLengths,
      boolean hasSizes) {
    this.requestCount = requestCount;
    this.keys = keys;
    this.valueBytes = valueBytes;
    this.seconds = seconds;
    this.operations = operations;
    this.lifeSeconds = lifeSeconds;
    this.keyCount = keyCount;
    this.keyLengths = keyLengths;
    this.hasSizes = hasSizes;
  }

  public int requestCount() {
    return requestCount;
  }

  /** Different keys. */
  public int keyCount() {
    return keyCount;
  }

  /** Whether the trace says how large the values are. */
  public boolean hasSizes() {
    return hasSizes;
  }

  /** The key of a request. */
  public int key(int request) {
    return keys[request];
  }

  /** Bytes of a key, 1 to 250. */
  public int keyLength(int key) {
    return keyLengths[key];
  }

  public Operation operation(int request) {
    return Operation.of(operations[request]);
  }

  /** Bytes of the value that a request reads or writes; only where the trace {@link #hasSizes}. */
  public int valueBytes(int request) {
    return valueBytes[request];
  }

  /** Seconds from the first request to this one; never less than before. */
  public int seconds(int request) {
    return seconds[request];
  }

  /** How long a value that this request stores may live, in seconds; 0 = for ever. */
  public int lifeSeconds(int request) {
    return lifeSeconds[request];
  }

  /** Requests of one kind. */
  public long count(Operation operation) {
    long count = 0;
    for (int i = 0; i < requestCount; i++) {
      count += operations[i] == operation.ordinal() ? 1 : 0;
    }
    return count;
  }
}
