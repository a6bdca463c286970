package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.client.SpyClient;
import io.larder.tests.conformance.client.Values;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Items written to a server and read back from it, every value compared.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class Round {
  private final SpyClient client;
  private final long itemCount;
  private final int valueBytes;

  /** A round of {@code itemCount} items with values of {@code valueBytes}. */
  public Round(SpyClient client, long itemCount, int valueBytes) {
    this.client = client;
    this.itemCount = itemCount;
    this.valueBytes = valueBytes;
  }

  /**
   * What came back.
   *
   * @param newestHits hits among the newest items that were asked about
   */
  public record Tally(long asked, long hits, long wrong, long newestAsked, long newestHits) {
    public double hitRatio() {
      return asked == 0 ? 1 : (double) hits / asked;
    }

    public double newestHitRatio() {
      return newestAsked == 0 ? 1 : (double) newestHits / newestAsked;
    }
  }

  /** Writes every item in one generation; {@code stored} hears of each. */
  public void write(long generation, LongConsumer stored) {
    client.setAll(
        () -> LongStream.range(0, itemCount).boxed().iterator(),
        0,
        item -> Values.of(item, generation, valueBytes),
        stored::accept);
  }

  /**
   * Reads every item.
   *
   * @param generation the one that was written last: any other is wrong
   * @param newestCount how many of the items written last are counted apart
   */
  public Tally read(long generation, long newestCount, LongConsumer read) {
    long[] counts = new long[4];
    client.getAll(
        () -> LongStream.range(0, itemCount).boxed().iterator(),
        (item, value) -> {
          boolean newest = item >= itemCount - newestCount;
          counts[2] += newest ? 1 : 0;
          if (value != null) {
            counts[0]++;
            counts[1] += Values.isOf(item, generation, valueBytes, value) ? 0 : 1;
            counts[3] += newest ? 1 : 0;
          }
          read.accept(item);
        });
    return new Tally(itemCount, counts[0], counts[1], counts[2], counts[3]);
  }
}
