package io.larder.bench.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What grows from point to point, everything else being left alone. */
@SuppressWarnings("ImmutableEnumChecker") // Plain words and numbers.
public enum Series {
  connections("connections", List.of(1L, 10L, 100L, 1000L, 10_000L)),
  items(
      "items, with flash behind -m 1024",
      List.of(10_000L, 100_000L, 1_000_000L, 10_000_000L, 50_000_000L)),
  memory("-m in MB, filled", List.of(64L, 256L, 1024L, 4096L, 8192L)),
  loops("event loops", List.of(1L, 2L, 4L));

  private static final int CONNECTIONS = 50;
  private static final int ITEMS = 100_000;
  private static final int MEGABYTES = 1024;
  private static final int SMALL_VALUE_BYTES = 100;
  private static final int VALUE_BYTES = 1000;

  /** Of -m, how much is filled with items in the series of memory. */
  private static final double FILLED_SHARE = 0.8;

  /** Header, key and slot of an item, rounded up. */
  private static final int ITEM_OVERHEAD_BYTES = 64;

  /**
   * What an item of the series of items takes on flash, rounded up, pages that stay free included.
   */
  private static final int FLASH_ITEM_BYTES = 256;

  private static final int FLASH_MEGABYTES_MIN = 256;
  private static final int MEBIBYTE_BITS = 20;

  private final String about;
  private final List<Long> sizes;

  Series(String about, List<Long> sizes) {
    this.about = about;
    this.sizes = sizes;
  }

  /** The name of the axis. */
  public String about() {
    return about;
  }

  /** What to measure, from small to large. */
  public List<Point> points(Limits limits) {
    List<Point> points = new ArrayList<>();
    for (long size : sizes) {
      if (size <= largest(limits)) {
        points.add(point(size));
      }
    }
    return points;
  }

  /**
   * The largest of each series.
   *
   * @param connections of a client
   * @param items on a server
   * @param megabytes of -m
   * @param loops of a server
   */
  public record Limits(long connections, long items, long megabytes, long loops) {}

  private long largest(Limits limits) {
    return switch (this) {
      case connections -> limits.connections;
      case items -> limits.items;
      case memory -> limits.megabytes;
      case loops -> limits.loops;
    };
  }

  private Point point(long size) {
    String name = String.format(Locale.ROOT, "%s-%d", name(), size);
    return switch (this) {
      case connections ->
          new Point(name, this, size, (int) size, ITEMS, SMALL_VALUE_BYTES, MEGABYTES, 1, 0);
      case items ->
          new Point(
              name,
              this,
              size,
              CONNECTIONS,
              size,
              SMALL_VALUE_BYTES,
              MEGABYTES,
              1,
              (int) Math.max(FLASH_MEGABYTES_MIN, (size * FLASH_ITEM_BYTES) >> MEBIBYTE_BITS));
      case memory ->
          new Point(
              name,
              this,
              size,
              CONNECTIONS,
              (long) (FILLED_SHARE * (size << MEBIBYTE_BITS) / (VALUE_BYTES + ITEM_OVERHEAD_BYTES)),
              VALUE_BYTES,
              (int) size,
              1,
              0);
      case loops ->
          new Point(
              name, this, size, CONNECTIONS, ITEMS, SMALL_VALUE_BYTES, MEGABYTES, (int) size, 0);
    };
  }
}
