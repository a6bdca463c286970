package io.larder.cache;

import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.PageGeometry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cache is made of.
 *
 * @param ramBytes bytes of index and RAM log together
 * @param itemBytesMax largest item, counted as memcached counts it: header, key, flags and value
 * @param hashSeed of the key hash; the page headers name it too
 * @param flash how the flash tier is cut; null when RAM is all there is
 * @param flashItemBytesMin smallest record that goes to flash
 * @param lowTtl records with less life left share pages of their own; zero = none do
 * @param recacheRate one in this many flash hits on a popular item brings it back to RAM; 0 = none
 * @param maxWait how long writers wait for a device that makes no progress before items are dropped
 * @param writeBudgetBytesPerSecond what may be written to flash, over a sliding day; 0 = no limit
 * @param evicts whether items are lost to make room for others; otherwise what finds no room is
 *     refused
 */
public record CacheConfig(
    long ramBytes,
    int itemBytesMax,
    long hashSeed,
    @Nullable PageStoreConfig flash,
    int flashItemBytesMin,
    Duration lowTtl,
    int recacheRate,
    Duration maxWait,
    long writeBudgetBytesPerSecond,
    boolean evicts) {

  /** One that evicts. */
  public CacheConfig(
      long ramBytes,
      int itemBytesMax,
      long hashSeed,
      @Nullable PageStoreConfig flash,
      int flashItemBytesMin,
      Duration lowTtl,
      int recacheRate,
      Duration maxWait,
      long writeBudgetBytesPerSecond) {
    this(
        ramBytes,
        itemBytesMax,
        hashSeed,
        flash,
        flashItemBytesMin,
        lowTtl,
        recacheRate,
        maxWait,
        writeBudgetBytesPerSecond,
        true);
  }

  /** Least RAM that leaves the index and both queues something to work with. */
  public static final long RAM_BYTES_MIN = 1 << 20;

  /** One in this many flash hits on a popular item brings it back to RAM. */
  public static final int RECACHE_RATE_DEFAULT = 1;

  /** Largest item when nothing else is said, as memcached's. */
  public static final int ITEM_BYTES_MAX_DEFAULT = 1 << 20;

  private static final int UNIT_BYTES_MIN = 64 * 1024;
  private static final int UNIT_BYTES_MAX = 4 << 20;
  private static final int UNITS_WANTED = 512;

  /** Only RAM, with every default. */
  public static CacheConfig ofRam(long ramBytes) {
    return new CacheConfig(
        ramBytes,
        (int) Math.min(ITEM_BYTES_MAX_DEFAULT, ramBytes / 4),
        0,
        null,
        0,
        Duration.ZERO,
        RECACHE_RATE_DEFAULT,
        Duration.ofSeconds(1),
        0);
  }

  /** RAM and flash, with every default. */
  public static CacheConfig ofRamAndFlash(long ramBytes, PageStoreConfig flash) {
    CacheConfig ram = ofRam(ramBytes);
    return new CacheConfig(
        ramBytes,
        ram.itemBytesMax,
        flash.identity().hashSeed(),
        flash,
        0,
        ram.lowTtl,
        ram.recacheRate,
        ram.maxWait,
        0);
  }

  /** The same, but items are refused instead of others being lost for them. */
  public CacheConfig withoutEvictions() {
    return new CacheConfig(
        ramBytes,
        itemBytesMax,
        hashSeed,
        flash,
        flashItemBytesMin,
        lowTtl,
        recacheRate,
        maxWait,
        writeBudgetBytesPerSecond,
        false);
  }

  /** The same with other RAM. */
  CacheConfig withRamBytes(long bytes) {
    return new CacheConfig(
        bytes,
        itemBytesMax,
        hashSeed,
        flash,
        flashItemBytesMin,
        lowTtl,
        recacheRate,
        maxWait,
        writeBudgetBytesPerSecond,
        evicts);
  }

  /** Bytes of a segment: {@code ramBytes / 512}, a power of two from 64 KiB to 4 MiB. */
  public int segmentBytes() {
    long wanted = Math.clamp(ramBytes / UNITS_WANTED, UNIT_BYTES_MIN, UNIT_BYTES_MAX);
    return (int) Long.highestOneBit(wanted);
  }

  /** Every problem, a sentence each; empty when there is none. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (ramBytes < RAM_BYTES_MIN) {
      problems.add(ramBytes + " bytes of RAM are fewer than " + RAM_BYTES_MIN);
    }
    if (itemBytesMax < 1024 || itemBytesMax > ramBytes / 4) {
      problems.add(
          "a largest item of "
              + itemBytesMax
              + " bytes is not between 1024 and a quarter of the RAM, "
              + ramBytes / 4);
    }
    if (flash != null) {
      problems.addAll(flash.problems());
      if (flash.problems().isEmpty()
          && itemBytesMax > PageGeometry.of(flash.pageBytes()).recordBytesMax()) {
        problems.add(
            "a largest item of "
                + itemBytesMax
                + " bytes does not fit a page of "
                + flash.pageBytes());
      }
      if (flash.identity().hashSeed() != hashSeed) {
        problems.add("the hash seeds of cache and page headers differ");
      }
    }
    if (flashItemBytesMin < 0) {
      problems.add("a smallest flash item of " + flashItemBytesMin + " bytes");
    }
    if (writeBudgetBytesPerSecond < 0) {
      problems.add("a write budget of " + writeBudgetBytesPerSecond + " bytes a second");
    }
    if (recacheRate < 0) {
      problems.add("a recache rate of " + recacheRate);
    }
    return problems;
  }
}
