package io.larder.server.cli;

import io.larder.server.model.StartException;
import io.larder.server.rehearsal.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code larder rehearse}: what the launcher lets run once after a build, while the JVM writes down
 * what it learns.
 */
@Command(
    name = "rehearse",
    hidden = true,
    header = "Uses a small server for some seconds, for a JVM that writes down what it learns.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RehearseCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "Does not exist; is made, and removed.")
  private Path folder = Path.of("");

  @Override
  public Integer call() throws StartException, IOException, InterruptedException {
    Files.createDirectory(folder);
    try {
      new Rehearsal(folder.toAbsolutePath()).play();
    } finally {
      remove(folder);
    }
    return 0;
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
