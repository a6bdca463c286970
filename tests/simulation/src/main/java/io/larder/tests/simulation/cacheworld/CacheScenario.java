package io.larder.tests.simulation.cacheworld;

import io.larder.cache.CacheConfig;
import io.larder.cache.index.KeyHash;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.PageGeometry;
import io.larder.tests.simulation.device.FaultRates;
import io.larder.tests.simulation.model.Draws;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is drawn from a seed before anything happens to a cache.
 *
 * @param itemBytesMax largest item
 * @param flash null when RAM is all there is
 * @param hashBits how many bits of the hash there are; 64 = all of them
 * @param valueBytesMax largest value that is drawn often
 * @param sessionCount how many threads ask
 * @param readPercent how many of the questions are reads
 * @param lowTtlSeconds less life left shares pages of its own; 0 = none does
 * @param maxWaitMillis how long a device that makes no progress is waited for
 * @param writeBudgetBytesPerSecond what may go to flash; 0 = no limit
 * @param evicts whether items are lost to make room for others, or else refused
 * @param burstMax most questions at once
 * @param weights how often each operation is drawn, against the others
 */
public record CacheScenario(
    long seed,
    long ramBytes,
    int itemBytesMax,
    @Nullable FlashScenario flash,
    int hashBits,
    int keyCount,
    int valueBytesMax,
    int sessionCount,
    int readPercent,
    int lowTtlSeconds,
    int recacheRate,
    int maxWaitMillis,
    int writeBudgetBytesPerSecond,
    boolean evicts,
    int operationCount,
    int burstMax,
    Map<CacheOperation, Integer> weights,
    FaultRates rates) {
  private static final int KEYS_MAX = 3000;

  /** The mean of values is about this part of the largest, as they are drawn. */
  private static final int MEAN_OF_MAX = 6;

  private static final int OPERATIONS_MAX = 12_000;
  private static final int ALL_BITS = 64;

  /** The scenario of a seed. */
  public static CacheScenario of(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 7);
    long ramBytes = CacheConfig.RAM_BYTES_MIN + random.nextInt(1 << 20);
    // One in eight has no flash.
    FlashScenario flash = random.nextInt(8) == 0 ? null : FlashScenario.draw(random);
    long itemMax = ramBytes / 4;
    if (flash != null) {
      itemMax = Math.min(itemMax, PageGeometry.of(flash.pageBytes()).recordBytesMax());
    }
    int itemBytesMax =
        (int) (random.nextBoolean() ? itemMax : 1024 + random.nextLong(itemMax - 1023));
    int keyCount = 1 + random.nextInt(random.nextInt(4) == 0 ? KEYS_MAX : 20 + KEYS_MAX / 4);
    // What all keys hold together: from a fifth of the RAM to six times as much.
    double share = Math.exp(random.nextDouble(Math.log(0.2), Math.log(6)));
    int valueBytesMax =
        (int) Math.clamp(share * MEAN_OF_MAX * ramBytes / keyCount, 1, itemBytesMax - 64);
    return new CacheScenario(
        seed,
        ramBytes,
        itemBytesMax,
        flash,
        random.nextInt(4) == 0 ? 8 + random.nextInt(20) : ALL_BITS,
        keyCount,
        valueBytesMax,
        1 + random.nextInt(4),
        20 + random.nextInt(70),
        random.nextInt(3) == 0 ? 1 + random.nextInt(1000) : 0,
        random.nextInt(4),
        random.nextInt(1000),
        random.nextInt(5) == 0 ? Draws.oneTo(1_000_000, random) : 0,
        random.nextInt(10) != 0,
        500 + Draws.oneTo(OPERATIONS_MAX, random),
        Draws.oneTo(200, random),
        weights(random),
        FaultRates.draw(random));
  }

  /** The scenario of a seed for a cache that outlives its processes: all of it small. */
  public static CacheScenario ofLasting(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 43 + 17);
    long ramBytes = CacheConfig.RAM_BYTES_MIN + random.nextInt(1 << 18);
    FlashScenario flash = FlashScenario.draw(random);
    long itemMax = Math.min(ramBytes / 4, PageGeometry.of(flash.pageBytes()).recordBytesMax());
    int itemBytesMax =
        (int) (random.nextInt(4) != 0 ? itemMax : 1024 + random.nextLong(itemMax - 1023));
    int keyCount = 1 + random.nextInt(random.nextInt(8) == 0 ? KEYS_MAX / 3 : KEYS_MAX / 15);
    double share = Math.exp(random.nextDouble(Math.log(0.7), Math.log(6)));
    int valueBytesMax =
        (int) Math.clamp(share * MEAN_OF_MAX * ramBytes / keyCount, 1, itemBytesMax - 64);
    Map<CacheOperation, Integer> weights = weights(random);
    weights.merge(CacheOperation.FILL, 2, (weight, by) -> weight * by);
    if (random.nextInt(3) == 0) {
      weights.put(CacheOperation.FLUSH_ALL, 1 + random.nextInt(100));
    }
    return new CacheScenario(
        seed,
        ramBytes,
        itemBytesMax,
        flash,
        random.nextInt(6) == 0 ? 8 + random.nextInt(20) : ALL_BITS,
        keyCount,
        valueBytesMax,
        1 + random.nextInt(3),
        20 + random.nextInt(60),
        random.nextInt(3) == 0 ? 1 + random.nextInt(1000) : 0,
        random.nextInt(4),
        random.nextInt(1000),
        random.nextInt(8) == 0 ? Draws.oneTo(1_000_000, random) : 0,
        random.nextInt(10) != 0,
        random.nextInt(1000),
        Draws.oneTo(50, random),
        weights,
        random.nextInt(2) == 0 ? FaultRates.none() : FaultRates.draw(random));
  }

  /** The same with other faults. */
  public CacheScenario with(FaultRates otherRates) {
    return new CacheScenario(
        seed,
        ramBytes,
        itemBytesMax,
        flash,
        hashBits,
        keyCount,
        valueBytesMax,
        sessionCount,
        readPercent,
        lowTtlSeconds,
        recacheRate,
        maxWaitMillis,
        writeBudgetBytesPerSecond,
        evicts,
        operationCount,
        burstMax,
        weights,
        otherRates);
  }

  /** Weights that favour no operation. */
  public static Map<CacheOperation, Integer> usualWeights() {
    return Draws.usualWeights(CacheOperation.class, CacheOperation::usualWeight);
  }

  private static Map<CacheOperation, Integer> weights(SplittableRandom random) {
    Map<CacheOperation, Integer> weights =
        Draws.weights(CacheOperation.class, CacheOperation::usualWeight, random);
    // In most runs a flush_all now and then would leave little to look at.
    int rarity = random.nextInt(3) == 0 ? 3 : 100;
    weights.merge(CacheOperation.FLUSH_ALL, rarity, (weight, by) -> Math.ceilDiv(weight, by));
    return weights;
  }

  CacheConfig config() {
    return config(flash == null ? null : flash.config(seed));
  }

  /** As the cache is told of it, with a flash of that kind. */
  CacheConfig config(@Nullable PageStoreConfig flashConfig) {
    return new CacheConfig(
        ramBytes,
        itemBytesMax,
        seed,
        flashConfig,
        flash == null ? 0 : flash.itemBytesMin(),
        Duration.ofSeconds(lowTtlSeconds),
        recacheRate,
        Duration.ofMillis(maxWaitMillis),
        writeBudgetBytesPerSecond,
        evicts);
  }

  KeyHash keyHash() {
    return hashBits == ALL_BITS ? new KeyHash(seed) : KeyHash.weakened(seed, hashBits);
  }
}
