package io.larder.cache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Tunables;
import io.larder.engine.model.Bucket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Items with about as much life left share a bucket. */
class LifeBandsTest {
  private static final long NOW = 1_780_000_000;
  private static final int MANY = 1000;

  private final Tunables tunables = new Tunables(0, 0, 1);

  private Bucket bucketOf(LifeBands bands, long lifeSeconds) {
    return bands.bucketFor(NOW + lifeSeconds, NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "1, LOWTTL",
    "179, LOWTTL",
    "180, MIDTTL",
    "3599, MIDTTL",
    "3600, HIGHTTL",
    "71999, HIGHTTL",
    "72000, DEFAULT",
    "3000000, DEFAULT"
  })
  void bandIsByTheLifeThatIsLeft(long lifeSeconds, Bucket bucket) {
    assertThat(bucketOf(new LifeBands(tunables, MANY, MANY), lifeSeconds)).isEqualTo(bucket);
  }

  @Test
  void whatNeverExpiresIsTheDefaultBuckets() {
    assertThat(new LifeBands(tunables, MANY, MANY).bucketFor(0, NOW)).isEqualTo(Bucket.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "59, LOWTTL",
    "60, MIDTTL",
    "1199, MIDTTL",
    "1200, HIGHTTL",
    "23999, HIGHTTL",
    "24000, DEFAULT"
  })
  void limitThatWasNamedIsThatOfTheLowestBandAndTheOthersFollowIt(long lifeSeconds, Bucket bucket) {
    LifeBands bands = new LifeBands(tunables, MANY, MANY);
    tunables.setLowTtlSeconds(60);

    assertThat(bucketOf(bands, lifeSeconds)).isEqualTo(bucket);
  }

  @ParameterizedTest
  @CsvSource({
    "40, 8, LOWTTL MIDTTL HIGHTTL DEFAULT",
    "39, 8, LOWTTL MIDTTL DEFAULT DEFAULT",
    "31, 8, LOWTTL DEFAULT DEFAULT DEFAULT",
    "23, 8, DEFAULT DEFAULT DEFAULT DEFAULT",
    "4, 8, DEFAULT DEFAULT DEFAULT DEFAULT",
    "1000, 7, LOWTTL MIDTTL DEFAULT DEFAULT",
    "1000, 4, DEFAULT DEFAULT DEFAULT DEFAULT"
  })
  void bandsMergeFromTheTopWherePagesOrBuffersAreFew(
      int pageCount, int writeBufferCount, String buckets) {
    LifeBands bands = new LifeBands(tunables, pageCount, writeBufferCount);

    assertThat(
            String.join(
                " ",
                bucketOf(bands, 100).name(),
                bucketOf(bands, 1000).name(),
                bucketOf(bands, 10_000).name(),
                bucketOf(bands, 100_000).name()))
        .isEqualTo(buckets);
  }

  @Test
  void lowestBandIsThereWhenItWasAskedForHoweverFewThePages() {
    LifeBands bands = new LifeBands(tunables, 4, 4);
    tunables.setLowTtlSeconds(60);

    assertThat(bucketOf(bands, 59)).isEqualTo(Bucket.LOWTTL);
    assertThat(bucketOf(bands, 60)).isEqualTo(Bucket.DEFAULT);
  }

  @Test
  void largestLimitThatCanBeNamedDoesNotOverflow() {
    tunables.setLowTtlSeconds(0xffff_ffffL);

    assertThat(bucketOf(new LifeBands(tunables, MANY, MANY), 0x7fff_ffffL))
        .isEqualTo(Bucket.LOWTTL);
  }
}
