package io.larder.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel says of another process.
 *
 * <p><b>Threads.</b> Any.
 */
public record ServerProcess(long pid) {
  /** In which the kernel counts for programs, whatever it counts in itself: hundredths. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;
  private static final long BYTES_PER_KIBIBYTE = 1024;

  /** What it has taken of the processors since it started, to a hundredth of a second. */
  public double cpuSeconds() throws IOException {
    String stat = read("stat");
    // Its name stands in parentheses and may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]))
        / TICKS_PER_SECOND;
  }

  /** Memory it holds now. */
  public long rssBytes() throws IOException {
    return kibibytes("VmRSS:") * BYTES_PER_KIBIBYTE;
  }

  private long kibibytes(String name) throws IOException {
    return read("status")
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private String read(String file) throws IOException {
    Path path = Path.of("/proc", Long.toString(pid), file);
    try {
      return Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IOException("there is no process " + pid + " to measure, or it has ended", e);
    }
  }
}
