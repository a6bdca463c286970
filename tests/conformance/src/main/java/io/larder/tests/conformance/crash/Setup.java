package io.larder.tests.conformance.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server is started with, from one life to the next: its devices above all.
 *
 * <p><b>Threads.</b> One.
 */
final class Setup {
  /** A file that serves as flash. */
  record Device(Path path, int megabytes) {}

  final List<Device> devices = new ArrayList<>();

  /** Where the state file is, if not beside the first device. */
  @Nullable Path statePath;

  /** The next start only is on purpose with empty flash. */
  boolean isFresh;

  private final List<String> common;

  Setup(Path flash, int megabytes, List<String> common) {
    this.common = common;
    devices.add(new Device(flash, megabytes));
  }

  /** The state file, wherever it is. */
  Path stateFile() {
    if (statePath != null) {
      return statePath;
    }
    Path first = devices.getFirst().path();
    return first.resolveSibling(first.getFileName() + ".state");
  }

  /** Options for the next start. */
  List<String> options() {
    List<String> options = new ArrayList<>(common);
    for (Device device : devices) {
      options.add("-o");
      options.add("ext_path=" + device.path() + ":" + device.megabytes() + "m");
    }
    if (statePath != null) {
      options.add("-o");
      options.add("ext_state_path=" + statePath);
    }
    if (isFresh) {
      options.add("--fresh");
    }
    return options;
  }
}
