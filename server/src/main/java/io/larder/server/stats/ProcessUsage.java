package io.larder.server.stats;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the process has taken from the machine.
 *
 * @param userMicros processor time in the program
 * @param systemMicros processor time in the kernel on its behalf
 * @param residentBytes memory of the machine it occupies; 0 where that is unknown
 */
record ProcessUsage(long userMicros, long systemMicros, long residentBytes) {
  private static final Path STAT = Path.of("/proc/self/stat");

  /** Linux counts in ticks, and has had a hundred a second for ever. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final long PAGE_BYTES = 4096;

  /** Positions in {@code /proc/self/stat} behind the program's name. */
  private static final int USER_FIELD = 11;

  private static final int SYSTEM_FIELD = 12;
  private static final int RESIDENT_FIELD = 21;

  static ProcessUsage now() {
    try {
      String stat = Files.readString(STAT);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return new ProcessUsage(
          Long.parseLong(fields[USER_FIELD]) * MICROS_PER_TICK,
          Long.parseLong(fields[SYSTEM_FIELD]) * MICROS_PER_TICK,
          Long.parseLong(fields[RESIDENT_FIELD].strip()) * PAGE_BYTES);
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      return withoutProc();
    }
  }

  private static ProcessUsage withoutProc() {
    long micros =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? Math.max(0, system.getProcessCpuTime() / 1000)
            : 0;
    return new ProcessUsage(micros, 0, 0);
  }

  /** Seconds and microseconds, as memcached writes them. */
  static String seconds(long micros) {
    return String.format(Locale.ROOT, "%d.%06d", micros / 1_000_000, micros % 1_000_000);
  }
}
