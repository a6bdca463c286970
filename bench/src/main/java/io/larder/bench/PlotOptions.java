package io.larder.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where plots go that are to be files of their own. */
final class PlotOptions {
  @Option(
      names = "--plots",
      paramLabel = "FOLDER",
      description = "Write the plots there, too, each as a file of SVG.")
  @Nullable Path folder;

  /** Writes them, by their names, if that was asked for. */
  void write(Map<String, String> plots) throws IOException {
    if (folder == null) {
      return;
    }
    Files.createDirectories(folder);
    for (Map.Entry<String, String> plot : plots.entrySet()) {
      Files.writeString(folder.resolve(plot.getKey() + ".svg"), plot.getValue());
    }
  }
}
