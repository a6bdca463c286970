package io.larder.tests.conformance;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that these tests belong to. */
public final class Checkout {
  private Checkout() {}

  /** A file of it, named from its root. */
  public static Path file(String name) {
    Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    for (Path up = folder; up != null; up = up.getParent()) {
      if (Files.exists(up.resolve("mvnw"))) {
        return up.resolve(name);
      }
    }
    throw new IllegalStateException("no folder with mvnw above " + folder);
  }
}
