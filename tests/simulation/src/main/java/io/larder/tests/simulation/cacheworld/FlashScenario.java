package io.larder.tests.simulation.cacheworld;

import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.tests.simulation.model.Draws;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The flash tier that is drawn from a seed.
 *
 * @param deviceBytes sizes of the devices, which need not be whole pages
 * @param freeBuckets the bucket each device is kept for
 * @param blockBytes logical block of the devices
 * @param itemBytesMin smallest record that goes to flash
 */
public record FlashScenario(
    int pageBytes,
    int bufferBytes,
    int bufferCount,
    List<Long> deviceBytes,
    List<Bucket> freeBuckets,
    int blockBytes,
    int itemBytesMin) {
  private static final int PAGE_BYTES_MAX = 1 << 20;
  private static final int PAGES_MAX = 100;
  private static final long FLASH_BYTES_MAX = 24L << 20;

  static FlashScenario draw(SplittableRandom random) {
    int bufferBytes = PageGeometry.BLOCK_BYTES << random.nextInt(5);
    int pageBytes = bufferBytes * (1 + random.nextInt(32));
    while (pageBytes < PageGeometry.PAGE_BYTES_MIN) {
      pageBytes += bufferBytes;
    }
    while (pageBytes > PAGE_BYTES_MAX) {
      pageBytes -= bufferBytes;
    }
    List<Long> sizes = new ArrayList<>();
    List<Bucket> buckets = new ArrayList<>();
    sizes.add(deviceBytes(pageBytes, PageStoreConfig.PAGE_COUNT_MIN, random));
    buckets.add(Bucket.DEFAULT);
    for (int i = random.nextInt(3); i > 0; i--) {
      sizes.add(deviceBytes(pageBytes, PageStoreConfig.PAGE_COUNT_KEPT_MIN, random));
      buckets.add(random.nextBoolean() ? Bucket.DEFAULT : kept(random));
    }
    return new FlashScenario(
        pageBytes,
        bufferBytes,
        4 + random.nextInt(9),
        List.copyOf(sizes),
        List.copyOf(buckets),
        random.nextBoolean() ? 512 : PageGeometry.BLOCK_BYTES,
        random.nextInt(4) == 0 ? random.nextInt(1000) : 0);
  }

  private static Bucket kept(SplittableRandom random) {
    List<Bucket> all = List.of(Bucket.values());
    return all.get(random.nextInt(all.size()));
  }

  private static long deviceBytes(int pageBytes, int pageCountMin, SplittableRandom random) {
    int most = (int) Math.min(PAGES_MAX, FLASH_BYTES_MAX / pageBytes);
    long pageCount = pageCountMin - 1L + Draws.oneTo(most, random);
    return pageCount * pageBytes + random.nextInt(pageBytes);
  }

  /** The same with other devices. */
  FlashScenario with(List<Long> otherBytes, List<Bucket> otherBuckets) {
    return new FlashScenario(
        pageBytes,
        bufferBytes,
        bufferCount,
        List.copyOf(otherBytes),
        List.copyOf(otherBuckets),
        blockBytes,
        itemBytesMin);
  }

  /** As the cache is told of it. */
  PageStoreConfig config(long seed) {
    return config(seed, 0);
  }

  /** As above, for one of several stores after each other. */
  PageStoreConfig config(long seed, long storeNumber) {
    return new PageStoreConfig(
        pageBytes,
        bufferBytes,
        bufferCount,
        new StoreIdentity(new UUID(2 + storeNumber, seed), seed),
        freeBuckets);
  }
}
