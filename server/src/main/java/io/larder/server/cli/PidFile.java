package io.larder.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that tells scripts which process the server is: there from when it is ready until it
 * ends.
 *
 * <p>A file that cannot be written is said, and no reason not to serve, as in memcached.
 *
 * <p><b>Threads.</b> Any.
 */
final class PidFile {
  private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

  /** Null if there is to be none. */
  private final @Nullable Path file;

  PidFile(@Nullable Path file) {
    this.file = file == null ? null : file.toAbsolutePath();
  }

  private static String own() {
    return Long.toString(ProcessHandle.current().pid());
  }

  /** Writes it. */
  void write() {
    if (file == null) {
      return;
    }
    try {
      if (Files.exists(file)) {
        complainIfRunning(Files.readString(file).strip());
      }
      Files.writeString(file, own() + "\n");
    } catch (IOException e) {
      LOG.warn("the number of the process cannot be written to {}: {}", file, e.toString());
    }
  }

  private void complainIfRunning(String pid) {
    try {
      Optional<ProcessHandle> other = ProcessHandle.of(Long.parseLong(pid));
      if (other.isPresent() && other.get().isAlive() && !pid.equals(own())) {
        LOG.warn("{} named process {}, which is running; it is written over", file, pid);
      }
    } catch (NumberFormatException e) {
      LOG.warn("{} named no process; it is written over", file);
    }
  }

  /** Removes it, unless it is another process's by now. */
  void remove() {
    try {
      if (file != null && Files.exists(file) && Files.readString(file).strip().equals(own())) {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.warn("{} is left behind: {}", file, e.toString());
    }
  }
}
