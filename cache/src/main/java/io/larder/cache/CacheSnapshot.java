package io.larder.cache;

import io.larder.cache.stats.CacheCounter;
import io.larder.engine.StoreSnapshot;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cache at one moment.
 *
 * @param counters since the start or the last reset
 * @param ramItemCount items in RAM
 * @param flashItemCount items on flash
 * @param ramItemBytes bytes of the records in RAM, padding included
 * @param ramBytes what index and RAM log may take together
 * @param ramIdleBytes what of that nobody uses now
 * @param ramUsedBytes what index and RAM log have; more than they may for a while after it was made
 *     less
 * @param indexBytes what of that the index has taken
 * @param ghostBytes what of that remembers departed keys
 * @param indexUsedBytes what of that holds buckets and overflows
 * @param indexBucketCount buckets of all shards
 * @param flash the flash tier; null when there is none
 * @param flashReadBytes bytes of flash reads in flight
 * @param ramAgeSeconds how long ago the oldest full segment of RAM was begun; 0 when there is none
 * @param flashAgeSeconds how long ago the oldest page in use was begun; 0 when there is none
 */
public record CacheSnapshot(
    Map<CacheCounter, Long> counters,
    long ramItemCount,
    long flashItemCount,
    long ramItemBytes,
    long ramBytes,
    long ramIdleBytes,
    long ramUsedBytes,
    long indexBytes,
    long ghostBytes,
    long indexUsedBytes,
    long indexBucketCount,
    @Nullable StoreSnapshot flash,
    long flashReadBytes,
    long ramAgeSeconds,
    long flashAgeSeconds) {

  /** One of the counters. */
  public long get(CacheCounter counter) {
    return counters.getOrDefault(counter, 0L);
  }

  /** Items in either tier. */
  public long itemCount() {
    return ramItemCount + flashItemCount;
  }
}
