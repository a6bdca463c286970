package io.larder.bench.compare;

import io.larder.bench.load.ServerAddress;
import io.larder.bench.load.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A server that runs.
 *
 * @param name for the tables
 * @param address where it listens
 * @param process what is measured of it; null if its pid is not known
 * @param about its version and flags, as far as they are known
 * @param cachedFlash its flash file, if it reads it through the page cache; else null
 */
public record Contestant(
    String name,
    ServerAddress address,
    @Nullable ServerProcess process,
    String about,
    @Nullable Path cachedFlash) {

  /** Understands {@code NAME=WHERE} and {@code NAME=WHERE@PID}. */
  public static Contestant parse(String text) {
    int equals = text.indexOf('=');
    int at = text.lastIndexOf('@');
    if (equals < 1) {
      throw new IllegalArgumentException("'" + text + "' is not NAME=WHERE or NAME=WHERE@PID");
    }
    String where = text.substring(equals + 1, at < equals ? text.length() : at);
    return new Contestant(
        text.substring(0, equals),
        ServerAddress.parse(where),
        at < equals ? null : new ServerProcess(pid(text.substring(at + 1))),
        "was running",
        null);
  }

  /** Has the system forget what it keeps of the flash file in memory. */
  void makeCold() throws IOException {
    if (cachedFlash != null) {
      // Its own pages alone, and nobody else's: dd tells the kernel that they are not needed.
      Tool.run("dd", "of=" + cachedFlash, "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
    }
  }

  private static long pid(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no process id", e);
    }
  }
}
