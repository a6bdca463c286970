package io.larder.bench.replay;

/**
 * How much a model may hold.
 *
 * @param isItems whether {@code amount} counts items, which all weigh the same; otherwise bytes
 */
public record Capacity(long amount, boolean isItems) {
  /** So many items of one size. */
  public static Capacity ofItems(long count) {
    return new Capacity(count, true);
  }

  /** So many bytes of records and slots. */
  public static Capacity ofBytes(long bytes) {
    return new Capacity(bytes, false);
  }

  int weight(int keyLength, int valueBytes) {
    return isItems ? 1 : Item.bytes(keyLength, valueBytes);
  }
}
