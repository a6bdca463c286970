package io.larder.bench;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which Larder is started, and where its flash is. */
final class LarderOptions {
  @Option(
      names = "--larder",
      paramLabel = "PATH",
      description = "Larder's launcher. Default: that of this tool.")
  Path launcher = Path.of(System.getProperty("larder.root", "."), "larder");

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "Where flash files are made, and removed. Default: the present folder.")
  Path folder = Path.of(".");

  /** The path of a flash file; nobody has made it yet. */
  Path flashFile(String name) {
    return folder.toAbsolutePath().normalize().resolve(name);
  }
}
