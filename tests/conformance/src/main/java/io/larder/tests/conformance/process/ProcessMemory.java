package io.larder.tests.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says about the memory of a process. */
public final class ProcessMemory {
  private ProcessMemory() {}

  /** Whether this system tells. */
  public static boolean isKnown() {
    return Files.isReadable(Path.of("/proc/self/status"));
  }

  public static long rssBytes(long pid) {
    return kibibytes(pid, "VmRSS:") << 10;
  }

  public static long rssPeakBytes(long pid) {
    return kibibytes(pid, "VmHWM:") << 10;
  }

  private static long kibibytes(long pid, String row) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(row)) {
          return Long.parseLong(line.substring(row.length()).replace("kB", "").strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("no " + row + " in " + status);
  }
}
