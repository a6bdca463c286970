package io.larder.server.start;

import io.larder.platform.device.DeviceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The flash that is used when nothing is said: a file in a folder beside the program.
 *
 * @param device the file and its size; null if it is better to go without
 * @param reason why there is none; empty if there is
 */
record DefaultFlash(@Nullable DeviceSpec device, String reason) {
  private static final long BYTES_MAX = 4L << 30;
  private static final long BYTES_MIN = 64L << 20;
  private static final long GRAIN_BYTES = 64L << 20;

  /**
   * Looks for room; changes nothing.
   *
   * @param home the folder beside which the data lives
   */
  static DefaultFlash find(Path home) {
    Path folder = home.resolve("larder-data");
    Path file = folder.resolve("flash");
    try {
      Path existing = Files.isDirectory(folder) ? folder : home;
      if (!Files.isWritable(existing)) {
        return none(existing + " is not writable");
      }
      long ownBytes = Files.isRegularFile(file) ? Files.size(file) : 0;
      long roomBytes = Files.getFileStore(existing).getUsableSpace() + ownBytes;
      // What it has been it stays, however full the disk has become: its pages are still good.
      long wantedBytes = ownBytes >= BYTES_MIN ? ownBytes : Math.min(BYTES_MAX, roomBytes / 2);
      if (wantedBytes < BYTES_MIN) {
        return none("the file system of " + existing + " is almost full");
      }
      return new DefaultFlash(new DeviceSpec(file, wantedBytes - wantedBytes % GRAIN_BYTES), "");
    } catch (IOException e) {
      return none(e.toString());
    }
  }

  private static DefaultFlash none(String reason) {
    return new DefaultFlash(null, reason);
  }
}
