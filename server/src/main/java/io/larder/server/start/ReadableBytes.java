package io.larder.server.start;

import java.util.Locale;

/** Sizes as people read them. */
public final class ReadableBytes {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private ReadableBytes() {}

  /** Such as {@code 4 GiB} or {@code 1.5 MiB}. */
  public static String of(long bytes) {
    int unit = 0;
    while (unit < UNITS.length - 1 && bytes >> (10 * (unit + 1)) != 0) {
      unit++;
    }
    long whole = 1L << (10 * unit);
    return bytes % whole == 0
        ? bytes / whole + " " + UNITS[unit]
        : String.format(Locale.ROOT, "%.1f %s", (double) bytes / whole, UNITS[unit]);
  }
}
