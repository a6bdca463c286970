package io.larder.platform.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Tells whether the machine was started again: what a file system had not written is then gone. */
public final class BootId {
  /** Where the system does not tell. It is the same as none, itself included. */
  public static final UUID UNKNOWN = new UUID(0, 0);

  private static final Path LINUX = Path.of("/proc/sys/kernel/random/boot_id");

  private BootId() {}

  /** This boot's; {@link #UNKNOWN} where the system does not tell. */
  public static UUID current() {
    return readFrom(LINUX);
  }

  static UUID readFrom(Path path) {
    try {
      return UUID.fromString(Files.readString(path).strip());
    } catch (IOException | IllegalArgumentException e) {
      return UNKNOWN;
    }
  }

  /** Whether the machine has certainly not been started again between the two. */
  public static boolean isSame(UUID one, UUID other) {
    return one.equals(other) && !one.equals(UNKNOWN);
  }
}
