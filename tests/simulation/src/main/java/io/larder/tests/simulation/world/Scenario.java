package io.larder.tests.simulation.world;

import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.ReclaimLimits;
import io.larder.tests.simulation.device.FaultRates;
import io.larder.tests.simulation.model.Draws;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What is drawn from a seed before anything happens.
 *
 * @param deviceBytes sizes of the devices, which need not be whole pages
 * @param blockBytes logical block of the devices
 * @param lengthMax largest record in bytes
 * @param rescuePercent how many records of a page that goes are worth moving
 * @param bucketCount how many of the buckets are written to
 * @param burstMax most records written at once
 * @param limits what reclaim goes by
 * @param weights how often each operation is drawn, against the others
 */
public record Scenario(
    long seed,
    int pageBytes,
    int bufferBytes,
    int bufferCount,
    List<Long> deviceBytes,
    int blockBytes,
    int keyCount,
    int lengthMax,
    int rescuePercent,
    int bucketCount,
    int operationCount,
    int burstMax,
    ReclaimLimits limits,
    Map<Operation, Integer> weights,
    FaultRates rates) {
  private static final int BUFFER_BLOCKS_MAX = 16;
  private static final int LARGE_BYTES = 512 * 1024;
  private static final int PAGE_BYTES_MAX = 3 << 20;

  /** The scenario of a seed. */
  public static Scenario of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int bufferBytes = PageGeometry.BLOCK_BYTES * Draws.oneTo(BUFFER_BLOCKS_MAX, random);
    // One in eight has pages larger than what reclaim reads at once, and they are few.
    boolean large = random.nextInt(8) == 0;
    int pageBytes = bufferBytes * Draws.oneTo(large ? 512 : 16, random);
    while (pageBytes < PageGeometry.PAGE_BYTES_MIN) {
      pageBytes += bufferBytes;
    }
    while (pageBytes > PAGE_BYTES_MAX) {
      pageBytes -= bufferBytes;
    }
    int recordBytesMax = PageGeometry.of(pageBytes).bufferedRecordBytesMax(bufferBytes);
    return new Scenario(
        seed,
        pageBytes,
        bufferBytes,
        4 + random.nextInt(9),
        deviceBytes(pageBytes, random),
        random.nextBoolean() ? 512 : PageGeometry.BLOCK_BYTES,
        Draws.oneTo(4000, random),
        Math.max(64, Draws.oneTo(recordBytesMax, random)),
        random.nextInt(3) * random.nextInt(51),
        1 + random.nextInt(5),
        500 + Draws.oneTo(20_000, random),
        Draws.oneTo(100, random),
        limits(new SplittableRandom(~seed)),
        weights(random),
        FaultRates.draw(random));
  }

  /** Half of the scenarios compact. Drawn apart, so that the rest is what it was without. */
  private static ReclaimLimits limits(SplittableRandom random) {
    return new ReclaimLimits.Fixed(
        random.nextBoolean() ? ReclaimLimits.AUTOMATIC : random.nextInt(10),
        random.nextBoolean() ? ReclaimLimits.AUTOMATIC : random.nextInt(10),
        random.nextBoolean() ? 0 : random.nextDouble(1.1),
        random.nextBoolean());
  }

  /** The same with other faults. */
  public Scenario with(FaultRates otherRates) {
    return new Scenario(
        seed,
        pageBytes,
        bufferBytes,
        bufferCount,
        deviceBytes,
        blockBytes,
        keyCount,
        lengthMax,
        rescuePercent,
        bucketCount,
        operationCount,
        burstMax,
        limits,
        weights,
        otherRates);
  }

  private static List<Long> deviceBytes(int pageBytes, SplittableRandom random) {
    List<Long> sizes = new ArrayList<>();
    int deviceCount = 1 + random.nextInt(3);
    int pageCountMin = (PageStoreConfig.PAGE_COUNT_MIN + deviceCount - 1) / deviceCount;
    for (int i = 0; i < deviceCount; i++) {
      long pageCount = pageCountMin - 1L + Draws.oneTo(pageBytes > LARGE_BYTES ? 6 : 40, random);
      sizes.add(pageCount * pageBytes + random.nextInt(pageBytes));
    }
    return List.copyOf(sizes);
  }

  /** Weights that favour no operation. */
  public static Map<Operation, Integer> usualWeights() {
    return Draws.usualWeights(Operation.class, Operation::usualWeight);
  }

  private static Map<Operation, Integer> weights(SplittableRandom random) {
    return Draws.weights(Operation.class, Operation::usualWeight, random);
  }
}
