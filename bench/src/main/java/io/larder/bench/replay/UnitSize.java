package io.larder.bench.replay;

/**
 * RAM for a number of items of one size: the most with which the cache never holds more of them.
 *
 * @param ramBytes what the cache is given
 * @param valueBytes of each item
 */
public record UnitSize(long ramBytes, int valueBytes) {
  /*
   * What a cache of N items is, is a matter of definition: index, idle segments and headers take memory
   * too. Here it is the RAM that is found by trying: new items are stored until the cache has been full
   * twice, and it has never held more than N. So the policy is compared at equal numbers of items, and the
   * memory it takes to hold them is another question.
   *
   * Items are made so large that the cache has as many segments as it would like to have (512), as long as
   * at least two share one; with fewer than 200 items, each has a segment of its own. So a segment is at
   * most a hundredth of the cache.
   */

  private static final long RAM_BYTES_WANTED = 32 << 20;
  private static final int SEGMENT_BYTES_MIN = 64 * 1024;
  private static final int SPAN_BYTES_MIN = 64;
  private static final int SHARED_SPAN_BYTES_MAX = SEGMENT_BYTES_MIN / 2;
  private static final int LONE_SPAN_BYTES = SEGMENT_BYTES_MIN * 3 / 4;
  private static final int SHARING_ITEMS_MIN = 200;
  private static final int FILL_ROUNDS = 2;

  /** RAM for {@code itemCount} items, at least 10 of them. */
  public static UnitSize of(int itemCount) {
    long span =
        Math.clamp(RAM_BYTES_WANTED / itemCount & -8, SPAN_BYTES_MIN, SHARED_SPAN_BYTES_MAX);
    if (itemCount < SHARING_ITEMS_MIN) {
      span = LONE_SPAN_BYTES;
    }
    int valueBytes = (int) span - Item.spanBytes(ItemSizes.UNIT_KEY_LENGTH, 0) + 4;
    long unit = SEGMENT_BYTES_MIN;
    long itemsBytes = itemCount < SHARING_ITEMS_MIN ? itemCount * unit : itemCount * span;
    long tooFew = itemsBytes / 2 / unit;
    long tooMany = itemsBytes * 3 / unit + 64;
    while (tooMany - tooFew > 1) {
      long middle = (tooFew + tooMany) / 2;
      if (itemsHeld(middle * unit, valueBytes, itemCount) > itemCount) {
        tooMany = middle;
      } else {
        tooFew = middle;
      }
    }
    return new UnitSize(tooFew * unit, valueBytes);
  }

  /** Most items that the cache holds at once while more and more new ones come. */
  private static long itemsHeld(long ramBytes, int valueBytes, int itemCount) {
    int keyCount = itemCount * (FILL_ROUNDS + 1);
    long most = 0;
    try (PlayedLarder larder =
        new PlayedLarder(ramBytes, 0, ItemSizes.ofUnits(keyCount, valueBytes))) {
      int lookEvery = Math.max(1, itemCount / 200);
      for (int key = 0; key < keyCount && most <= itemCount; key++) {
        larder.store(key, ItemSizes.UNIT_KEY_LENGTH, valueBytes, 0);
        if (key % lookEvery == 0) {
          most = Math.max(most, larder.itemCount());
        }
      }
    }
    return most;
  }
}
