package io.larder.server.start;

import io.larder.cache.CacheConfig;
import io.larder.cache.index.Slot;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.platform.device.DeviceSpec;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.options.FlashOptions;
import io.larder.server.options.FlashPath;
import io.larder.server.options.ServeConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How RAM and flash are cut: what was asked for, with everything that was left open decided.
 *
 * @param cache the cache to open
 * @param devices the flash; empty if there is none
 * @param isDefault whether the flash is the file used when nothing is said
 * @param reason why there is no flash; empty if there is
 */
record FlashPlan(CacheConfig cache, List<DeviceSpec> devices, boolean isDefault, String reason) {
  private static final int PAGE_BYTES_CHOSEN_MIN = 4 << 20;
  private static final int PAGE_BYTES_CHOSEN_MAX = 64 << 20;
  private static final int PAGES_WANTED = 256;

  /** Half of all places: the segments of the RAM log need some too. */
  private static final int PAGES_MAX = Slot.PLACE_COUNT_MAX / 2;

  private static final long PAGE_BYTES_MAX = 1 << 30;
  private static final int WRITE_BUFFER_BYTES = 4 << 20;
  private static final long WRITE_BUFFERS_BYTES_MIN = 32 << 20;
  private static final int WRITE_BUFFER_COUNT_MIN = 4;

  /** Of a page: header, directory and trailer of a page with one record. */
  private static final int PAGE_OVERHEAD_BYTES = 8 << 10;

  FlashPlan {
    devices = List.copyOf(devices);
  }

  /**
   * Decides.
   *
   * @param byDefault the flash to use if the configuration names none
   * @param savedPageBytes size of the pages of an earlier run, if nothing else is said; 0 = none
   * @throws StartException naming every reason why it cannot be cut like that
   */
  static FlashPlan of(
      ServeConfig config, DefaultFlash byDefault, StoreIdentity identity, int savedPageBytes)
      throws StartException {
    FlashOptions options = config.flash();
    if (options.isOff()) {
      return ramOnly(config, "switched off");
    }
    if (!options.paths().isEmpty()) {
      return withFlash(config, options.paths(), false, identity, savedPageBytes);
    }
    DeviceSpec device = byDefault.device();
    return device == null
        ? ramOnly(config, byDefault.reason())
        : withFlash(
            config, List.of(new FlashPath(device, Bucket.DEFAULT)), true, identity, savedPageBytes);
  }

  /** The first of the devices that are going to be used; null if there will be none. */
  static @Nullable DeviceSpec firstDevice(FlashOptions options, DefaultFlash byDefault) {
    if (options.isOff()) {
      return null;
    }
    return options.paths().isEmpty() ? byDefault.device() : options.paths().get(0).device();
  }

  /** A new identity, for flash that starts empty. */
  static StoreIdentity newIdentity() {
    UUID id = UUID.randomUUID();
    return new StoreIdentity(id, id.getMostSignificantBits() ^ id.getLeastSignificantBits());
  }

  private static FlashPlan ramOnly(ServeConfig config, String reason) throws StartException {
    List<String> problems = new ArrayList<>();
    int itemBytesMax = itemBytesMax(config, Integer.MAX_VALUE, problems);
    throwIfAny(problems);
    return new FlashPlan(
        cacheConfig(config, itemBytesMax, FlashPlan.newIdentity().hashSeed(), null),
        List.of(),
        false,
        reason);
  }

  private static FlashPlan withFlash(
      ServeConfig config,
      List<FlashPath> wanted,
      boolean isDefault,
      StoreIdentity identity,
      int savedPageBytes)
      throws StartException {
    List<String> problems = new ArrayList<>();
    if (wanted.stream().noneMatch(path -> path.freeBucket() == Bucket.DEFAULT)) {
      problems.add(
          "every -o ext_path is kept for one bucket, and nothing is left for the rest: give one with nothing behind its size.");
    }
    FlashOptions options = config.flash();
    int pageBytes = options.pageBytes();
    if (pageBytes == 0) {
      int chosen = choosePageBytes(config, wanted);
      // Flash that has grown or shrunk keeps its pages, and with them what is on them.
      pageBytes = isStillPossible(savedPageBytes, config, wanted) ? savedPageBytes : chosen;
    }
    int bufferBytes = options.writeBufferBytes();
    if (bufferBytes == 0) {
      bufferBytes = chooseWriteBufferBytes(pageBytes);
    } else if (pageBytes % bufferBytes != 0) {
      problems.add(
          "-o ext_wbuf_size of %s does not divide a page of %s: change it or -o ext_page_size."
              .formatted(ReadableBytes.of(bufferBytes), ReadableBytes.of(pageBytes)));
    }
    List<FlashPath> paths = cut(wanted, pageBytes, problems);
    checkPageCount(config, paths, pageBytes, problems);
    int itemBytesMax = itemBytesMax(config, pageBytes - PAGE_OVERHEAD_BYTES, problems);
    throwIfAny(problems);
    PageStoreConfig store =
        new PageStoreConfig(
            pageBytes,
            bufferBytes,
            writeBufferCount(config.ramBytes(), bufferBytes),
            identity,
            paths.stream().map(FlashPath::freeBucket).toList());
    List<DeviceSpec> devices = paths.stream().map(FlashPath::device).toList();
    return new FlashPlan(
        cacheConfig(config, itemBytesMax, identity.hashSeed(), store), devices, isDefault, "");
  }

  private static CacheConfig cacheConfig(
      ServeConfig config, int itemBytesMax, long hashSeed, @Nullable PageStoreConfig store) {
    return new CacheConfig(
        config.ramBytes(),
        itemBytesMax,
        hashSeed,
        store,
        config.flash().itemBytesMin(),
        config.flash().lowTtl(),
        config.flash().recacheRate(),
        config.flash().maxWait(),
        config.flash().writeBudgetBytesPerSecond(),
        config.evicts());
  }

  // --- sizes that were left open

  /** A 256th of the flash within bounds, but twice the largest item at least. */
  private static int choosePageBytes(ServeConfig config, List<FlashPath> paths) {
    long bytes = paths.stream().mapToLong(path -> path.device().sizeBytes()).sum();
    long wanted = Math.clamp(bytes / PAGES_WANTED, PAGE_BYTES_CHOSEN_MIN, PAGE_BYTES_CHOSEN_MAX);
    while (bytes / wanted > PAGES_MAX && wanted < PAGE_BYTES_MAX) {
      wanted *= 2;
    }
    if (config.itemBytesMax() > 0) {
      wanted = Math.max(wanted, 2L * powerOfTwoFrom(config.itemBytesMax()));
    }
    long possible = bytes;
    for (Map.Entry<Bucket, Long> kept : bytesByBucket(paths).entrySet()) {
      possible = Math.min(possible, kept.getValue() / pageCountMin(kept.getKey()));
    }
    return (int) Long.highestOneBit(Math.max(1 << 20, Math.min(wanted, possible)));
  }

  private static boolean isStillPossible(int pageBytes, ServeConfig config, List<FlashPath> paths) {
    if (pageBytes == 0 || 2L * config.itemBytesMax() > pageBytes) {
      return false;
    }
    return bytesByBucket(paths).entrySet().stream()
        .allMatch(kept -> kept.getValue() / pageBytes >= pageCountMin(kept.getKey()));
  }

  private static Map<Bucket, Long> bytesByBucket(List<FlashPath> paths) {
    Map<Bucket, Long> bytes = new EnumMap<>(Bucket.class);
    paths.forEach(path -> bytes.merge(path.freeBucket(), path.device().sizeBytes(), Long::sum));
    return bytes;
  }

  private static int pageCountMin(Bucket freeBucket) {
    return freeBucket == Bucket.DEFAULT
        ? PageStoreConfig.PAGE_COUNT_MIN
        : PageStoreConfig.PAGE_COUNT_KEPT_MIN;
  }

  /** A power of two that divides the page. */
  private static int chooseWriteBufferBytes(int pageBytes) {
    return Math.min(WRITE_BUFFER_BYTES, Integer.lowestOneBit(pageBytes));
  }

  private static int powerOfTwoFrom(int bytes) {
    return bytes <= 1 ? 1 : Integer.highestOneBit(bytes - 1) << 1;
  }

  private static int writeBufferCount(long ramBytes, int bufferBytes) {
    long bytes = Math.max(WRITE_BUFFERS_BYTES_MIN, ramBytes / 16);
    return Math.clamp(bytes / bufferBytes, WRITE_BUFFER_COUNT_MIN, Integer.MAX_VALUE);
  }

  /** Largest item that was asked for, or memcached's, or what there is room for. */
  private static int itemBytesMax(ServeConfig config, int flashBytesMax, List<String> problems) {
    long ramBytesMax = config.ramBytes() / 4;
    int asked = config.itemBytesMax();
    if (asked == 0) {
      return (int)
          Math.min(CacheConfig.ITEM_BYTES_MAX_DEFAULT, Math.min(ramBytesMax, flashBytesMax));
    }
    if (asked > ramBytesMax) {
      problems.add(
          "-I of %s is more than a quarter of -m: raise -m to %d or lower -I."
              .formatted(ReadableBytes.of(asked), (4L * asked + (1 << 20) - 1) >> 20));
    }
    if (asked > flashBytesMax) {
      problems.add(
          ("-I of %s does not fit a page of flash, which takes %s: raise -o ext_page_size, or lower"
                  + " -I.")
              .formatted(ReadableBytes.of(asked), ReadableBytes.of(flashBytesMax)));
    }
    return asked;
  }

  // --- pages

  /** Whole pages of every device. */
  private static List<FlashPath> cut(List<FlashPath> wanted, int pageBytes, List<String> problems) {
    List<FlashPath> paths = new ArrayList<>();
    for (FlashPath path : wanted) {
      DeviceSpec device = path.device();
      if (device.sizeBytes() < pageBytes) {
        problems.add(
            "-o ext_path=%s has room for no page of %s: raise its size or lower -o ext_page_size."
                .formatted(device.path(), ReadableBytes.of(pageBytes)));
      } else {
        paths.add(
            new FlashPath(
                new DeviceSpec(device.path(), device.sizeBytes() - device.sizeBytes() % pageBytes),
                path.freeBucket()));
      }
    }
    return paths;
  }

  private static void checkPageCount(
      ServeConfig config, List<FlashPath> paths, int pageBytes, List<String> problems) {
    long pageCount = 0;
    boolean isSound = problems.isEmpty();
    for (Map.Entry<Bucket, Long> kept : bytesByBucket(paths).entrySet()) {
      long count = kept.getValue() / pageBytes;
      pageCount += count;
      if (isSound && count < pageCountMin(kept.getKey())) {
        problems.add(
            "the flash%s has room for %d %s of %s, and at least %d are needed: raise the size in -o ext_path or lower -o ext_page_size."
                .formatted(
                    kept.getKey() == Bucket.DEFAULT ? "" : " kept for " + kept.getKey().word(),
                    count,
                    count == 1 ? "page" : "pages",
                    ReadableBytes.of(pageBytes),
                    pageCountMin(kept.getKey())));
      }
    }
    int segmentBytes = CacheConfig.ofRam(config.ramBytes()).segmentBytes();
    long places = pageCount + config.ramBytes() / segmentBytes;
    if (places > Slot.PLACE_COUNT_MAX) {
      problems.add(
          "the flash has %d pages of %s, and with -m %d that is more than the index can tell apart: raise -o ext_page_size."
              .formatted(pageCount, ReadableBytes.of(pageBytes), config.ramBytes() >> 20));
    }
  }

  private static void throwIfAny(List<String> problems) throws StartException {
    if (!problems.isEmpty()) {
      throw new StartException(ExitCode.USAGE, problems);
    }
  }
}
