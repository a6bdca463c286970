package io.larder.server.start;

import io.larder.engine.restart.Persistence;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.state.BootId;
import io.larder.platform.state.FileStateStorage;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.options.FlashOptions;
import io.larder.server.options.RestartOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an earlier run before anything is opened.
 *
 * @param persistence what was found, and where notes of this run go; null if nothing is kept
 * @param whyNot why nothing is kept; empty if something is
 */
record RestartPlan(@Nullable Persistence persistence, String whyNot) {
  private static final String SUFFIX = ".state";

  /**
   * Reads the state file, if there is one; changes nothing.
   *
   * @param firstDevice of the flash; null if there is none
   * @throws StartException when the state file that was named cannot be one
   */
  static RestartPlan of(FlashOptions flash, @Nullable DeviceSpec firstDevice)
      throws StartException {
    if (firstDevice == null) {
      return new RestartPlan(null, "there is no flash");
    }
    RestartOptions options = flash.restart();
    Path path = options.statePath();
    if (path == null) {
      if (Files.exists(firstDevice.path()) && !Files.isRegularFile(firstDevice.path())) {
        return new RestartPlan(
            null,
            "no state file is kept beside a block device, name one with -o ext_state_path=FILE");
      }
      path = firstDevice.path().resolveSibling(firstDevice.path().getFileName() + SUFFIX);
    } else {
      check(path);
    }
    Persistence found =
        Persistence.read(new FileStateStorage(path), BootId.current(), options.durability());
    return new RestartPlan(options.isFresh() ? found.fresh("--fresh was given") : found, "");
  }

  private static void check(Path path) throws StartException {
    Path folder = path.toAbsolutePath().getParent();
    if (Files.isDirectory(path) || (Files.exists(path) && !Files.isRegularFile(path))) {
      throw new StartException(
          ExitCode.USAGE,
          "-o ext_state_path=%s is no regular file: name a file, or one that does not exist yet."
              .formatted(path));
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new StartException(
          ExitCode.USAGE,
          "-o ext_state_path=%s is in no folder there is: create %s or name another file."
              .formatted(path, folder));
    }
  }

  /** How large the pages of the earlier run are; 0 if nothing of it counts. */
  int pageBytes() {
    return persistence != null && persistence.saved().isUsable()
        ? persistence.saved().identity().pageBytes()
        : 0;
  }
}
