package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system in memory that has next to no room, where this user may mount one.
 *
 * <p><b>Threads.</b> One.
 */
final class SmallFileSystem {
  private static final String SIZE = "size=4m";

  private final Path folder;
  private boolean isMounted;
  private String whyNot = "";

  SmallFileSystem(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  String whyNot() {
    return whyNot;
  }

  boolean mount() throws IOException {
    Files.createDirectories(folder);
    try {
      isMounted = run("mount", "-t", "tmpfs", "-o", SIZE, "none", folder.toString());
    } catch (IOException e) {
      whyNot = e.toString();
    }
    return isMounted;
  }

  /** Leaves no room at all. */
  void fill() throws IOException {
    byte[] bytes = new byte[1 << 12];
    try (RandomAccessFile filler = new RandomAccessFile(folder.resolve("filler").toFile(), "rw")) {
      while (true) {
        filler.write(bytes);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  void unmount() throws IOException {
    if (isMounted) {
      isMounted = !run("umount", folder.toString());
    }
    if (!isMounted) {
      Files.deleteIfExists(folder);
    }
  }

  private boolean run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    whyNot = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    try {
      return process.waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
