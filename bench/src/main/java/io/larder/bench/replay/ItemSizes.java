package io.larder.bench.replay;

import io.larder.bench.trace.Trace;
import java.util.Arrays;

/**
 * How large the keys and values of a trace are taken to be.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class ItemSizes {
  /** Bytes of every key where all items are of one size. */
  public static final int UNIT_KEY_LENGTH = 12;

  private static final int UNKNOWN = -1;

  private final int[] keyLengths;

  /** Bytes of every value; UNKNOWN where the trace says it. */
  private final int valueBytes;

  private ItemSizes(int[] keyLengths, int valueBytes) {
    this.keyLengths = keyLengths;
    this.valueBytes = valueBytes;
  }

  /** As the trace has them; {@code otherwise} is of each value where it has no sizes. */
  public static ItemSizes of(Trace trace, int otherwise) {
    int[] lengths = new int[trace.keyCount()];
    for (int key = 0; key < lengths.length; key++) {
      // A key has to be long enough for its number, which is what the cache gets to see.
      lengths[key] = Math.max(trace.keyLength(key), Integer.toString(key).length());
    }
    return new ItemSizes(lengths, trace.hasSizes() ? UNKNOWN : otherwise);
  }

  /** All items of one size. */
  public static ItemSizes ofUnits(int keyCount, int valueBytes) {
    int[] lengths = new int[keyCount];
    Arrays.fill(lengths, UNIT_KEY_LENGTH);
    return new ItemSizes(lengths, valueBytes);
  }

  public int keyLength(int key) {
    return keyLengths[key];
  }

  int[] keyLengths() {
    return keyLengths;
  }

  /** Bytes of the value that a request reads or writes. */
  public int valueBytes(Trace trace, int request) {
    return valueBytes == UNKNOWN ? Math.max(0, trace.valueBytes(request)) : valueBytes;
  }

  /** Bytes of all items of the trace, each at its largest: records and slots. */
  public long footprintBytes(Trace trace) {
    int[] largest = new int[keyLengths.length];
    for (int request = 0; request < trace.requestCount(); request++) {
      int key = trace.key(request);
      largest[key] =
          Math.max(largest[key], Item.bytes(keyLengths[key], valueBytes(trace, request)));
    }
    long sum = 0;
    for (int bytes : largest) {
      sum += bytes;
    }
    return sum;
  }
}
