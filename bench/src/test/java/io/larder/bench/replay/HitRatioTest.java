package io.larder.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.larder.bench.trace.Trace;
import io.larder.bench.trace.TraceBuilder;
import io.larder.bench.trace.Zipf;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hit ratios that the RAM policy is held to. */
class HitRatioTest {
  private static final int ZIPF_KEYS = 10_000;

  /**
   * Independent reads by Zipf, as others have published them for S3-FIFO with a ghost as large as
   * the cache (and, beside it, for LRU).
   */
  @ParameterizedTest(name = "exponent {0}, {1} of 10,000 keys")
  @CsvSource({
    "0.90,  100,  600000, 38.39, 26.20",
    "0.90, 1000, 1000000, 63.53, 55.68",
    "1.00,  100,  600000, 50.50, 39.17",
    "1.00, 1000, 1000000, 73.74, 67.60",
    "1.05,  500, 1000000, 72.07, 65.03",
    "1.10,  100,  600000, 62.50, 52.93",
    "1.50,  100,  600000, 92.23, 89.87"
  })
  void independentReadsHitAsOftenAsPublished(
      double exponent, int itemCount, int requestCount, double s3FifoPercent, double lruPercent) {
    Trace trace = Zipf.trace(exponent, ZIPF_KEYS, requestCount, 1);

    assertThat(larder(trace, itemCount).percent()).isCloseTo(s3FifoPercent, within(0.5));
    assertThat(lru(trace, itemCount).percent())
        .as("the same reads, to the one policy that leaves nothing open")
        .isCloseTo(lruPercent, within(0.4));
  }

  @Test
  void keysThatNeverComeBackDoNotPushOutThoseThatDo() {
    int hotCount = 500;
    SplittableRandom random = new SplittableRandom(1);
    TraceBuilder builder = new TraceBuilder(200_000);
    for (int i = 0; i < 200_000; i++) {
      builder.add(random.nextInt(10) < 3 ? random.nextInt(hotCount) : hotCount + i);
    }
    Trace trace = builder.build();

    double larder = larder(trace, 1000).percent();
    double segmented = segmented(trace, 1000).percent();
    double lru = lru(trace, 1000).percent();

    assertThat(larder).as("nearly all of the three in ten that can be hit").isBetween(28.0, 30.5);
    assertThat(larder).isGreaterThan(segmented + 3);
    assertThat(segmented).isGreaterThan(lru);
  }

  private static Hits larder(Trace trace, int itemCount) {
    UnitSize unit = UnitSize.of(itemCount);
    ItemSizes sizes = ItemSizes.ofUnits(trace.keyCount(), unit.valueBytes());
    try (PlayedLarder larder = new PlayedLarder(unit.ramBytes(), 0, sizes)) {
      return new Player(trace, sizes, _ -> {}).play(larder);
    }
  }

  private static Hits lru(Trace trace, int itemCount) {
    return play(trace, new LruModel(trace.keyCount(), Capacity.ofItems(itemCount)));
  }

  private static Hits segmented(Trace trace, int itemCount) {
    return play(trace, new SegmentedLruModel(trace.keyCount(), Capacity.ofItems(itemCount)));
  }

  private static Hits play(Trace trace, PlayedCache cache) {
    return new Player(trace, ItemSizes.ofUnits(trace.keyCount(), 1), _ -> {}).play(cache);
  }
}
