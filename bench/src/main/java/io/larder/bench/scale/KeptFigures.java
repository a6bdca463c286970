package io.larder.bench.scale;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Figures of points in a folder, a file each, so that a run that was ended goes on where it was.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class KeptFigures {
  private static final String POINT = "point";

  private final @Nullable Path folder;

  /** In a folder that is made if it is missing; null keeps nothing. */
  public KeptFigures(@Nullable Path folder) throws IOException {
    this.folder = folder;
    if (folder != null) {
      Files.createDirectories(folder);
    }
  }

  /** What was measured of a point that was set up in just this way; null if nothing was. */
  public @Nullable Figures find(Point point, double seconds) throws IOException {
    Path file = file(point);
    if (file == null || !Files.exists(file)) {
      return null;
    }
    Properties kept = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      kept.load(reader);
    }
    if (!describe(point, seconds).equals(kept.getProperty(POINT))) {
      return null;
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    for (String name : kept.stringPropertyNames()) {
      if (!name.equals(POINT)) {
        figures.put(name, Double.parseDouble(kept.getProperty(name)));
      }
    }
    return Figures.ofNames(figures);
  }

  /** Keeps what was measured: all of it or, should this end here, nothing. */
  public void keep(Point point, double seconds, Figures figures) throws IOException {
    Path file = file(point);
    if (file == null) {
      return;
    }
    Properties kept = new Properties();
    kept.setProperty(POINT, describe(point, seconds));
    figures.byName().forEach((name, value) -> kept.setProperty(name, Double.toString(value)));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (Writer writer = Files.newBufferedWriter(fresh)) {
      kept.store(writer, null);
    }
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String describe(Point point, double seconds) {
    return point + ", " + seconds + " s";
  }

  private @Nullable Path file(Point point) {
    return folder == null ? null : folder.resolve(point.name() + ".properties");
  }
}
