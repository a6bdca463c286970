package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.client.BatchClient;
import io.larder.tests.conformance.process.ServerProcess;
import io.larder.tests.conformance.process.Stats;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills a server with tiny items, almost all of them on flash, and says what each costs in RAM.
 *
 * <p>The items in RAM have the same room all the time: whenever the index has grown, {@code
 * cache_memlimit} raises the limit by as much. So what the process grows by is the index, and it
 * shows in the RSS as well as in the server's own books.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class IndexCost implements AutoCloseable {
  private static final int VALUE_BYTES = 16;
  private static final long ITEMS_AT_ONCE = 50_000;
  private static final int LOOKS = 20;
  private static final int LOOK_MILLIS = 250;

  private final ServerProcess server;
  private final BatchClient client;
  private final long logBytes;
  private long next;
  private @Nullable Sample first;

  /**
   * Begins with so many items that the RAM is full and the server has warmed up: what it takes once
   * is not what an item costs.
   *
   * @param server with flash, and {@code -m} of {@code logMegabytes} or less
   * @param logMegabytes RAM for items, beside the index
   * @param firstFlashItems items on flash to begin with
   */
  public IndexCost(ServerProcess server, int keyBytes, int logMegabytes, long firstFlashItems) {
    this.server = server;
    this.client = new BatchClient(server.port(), keyBytes);
    this.logBytes = (long) logMegabytes << 20;
    fill(firstFlashItems, item -> {});
    this.first = sample();
  }

  /**
   * The server at one moment.
   *
   * @param items in both tiers
   * @param flashItems of those, on flash
   * @param takenBytes what the index has taken from the RAM, but for departed keys
   * @param usedBytes of those, what holds something
   * @param restBytes RSS without the room that items in RAM have
   * @param before the sample to compare the RSS with
   */
  public record Sample(
      long items,
      long flashItems,
      long takenBytes,
      long usedBytes,
      long restBytes,
      @Nullable Sample before) {

    /** Bytes that the index has taken for each item. */
    public double takenBytesPerItem() {
      return (double) takenBytes / items;
    }

    /** Bytes of the index that hold something, for each item. */
    public double usedBytesPerItem() {
      return (double) usedBytes / items;
    }

    /** Bytes by which the RSS has grown since the first sample, for each item there is more. */
    public double rssBytesPerItem() {
      Sample start = before;
      return start == null ? 0 : (double) (restBytes - start.restBytes) / (items - start.items);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d items on flash, %,d in all: %.2f bytes taken, %.2f used, %.2f by RSS",
          flashItems,
          items,
          takenBytesPerItem(),
          usedBytesPerItem(),
          rssBytesPerItem());
    }
  }

  /**
   * Stores new items until there are so many on flash; {@code progress} hears how many there are.
   */
  public Sample fillTo(long flashItems, LongConsumer progress) {
    fill(flashItems, progress);
    return sample();
  }

  private void fill(long flashItems, LongConsumer progress) {
    Stats stats = server.stats();
    while (stats.number("larder_flash_items") < flashItems) {
      client.setAll(next, next + ITEMS_AT_ONCE, 1, VALUE_BYTES);
      next += ITEMS_AT_ONCE;
      stats = server.stats();
      keepRoom(stats);
      progress.accept(stats.number("larder_flash_items"));
    }
  }

  private void keepRoom(Stats stats) {
    long megabytes = (stats.number("hash_bytes") + logBytes + (1 << 20) - 1) >> 20;
    if (megabytes << 20 > stats.number("limit_maxbytes")) {
      String answer = client.ask("cache_memlimit " + megabytes);
      if (!answer.equals("OK")) {
        throw new IllegalStateException(
            "cache_memlimit " + megabytes + " was answered with " + answer);
      }
    }
  }

  private Sample sample() {
    Stats stats = server.stats();
    return new Sample(
        stats.number("curr_items"),
        stats.number("larder_flash_items"),
        stats.number("hash_bytes") - stats.number("larder_ghost_bytes"),
        stats.number("larder_index_bytes"),
        restingRssBytes() - stats.number("limit_maxbytes") + stats.number("hash_bytes"),
        first);
  }

  /** The least RSS of a few seconds: compilers and collectors take memory for a moment. */
  private long restingRssBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < LOOKS; i++) {
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a server came to rest", e);
      }
      least = Math.min(least, server.rssBytes());
    }
    return least;
  }

  @Override
  public void close() {
    client.close();
  }
}
