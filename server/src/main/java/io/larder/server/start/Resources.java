package io.larder.server.start;

import com.sun.management.UnixOperatingSystemMXBean;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.lang.management.ManagementFactory;

/** What the machine must be willing to give. */
final class Resources {
  /** Files that the process needs besides its clients: jars, rings, devices, listening sockets. */
  private static final int FILES_OF_ITS_OWN = 200;

  private Resources() {}

  /** Checks that so many clients can be connected at all. */
  static void check(int connectionsMax) throws StartException {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      long filesMax = system.getMaxFileDescriptorCount();
      if (filesMax > 0 && connectionsMax > filesMax - FILES_OF_ITS_OWN) {
        throw new StartException(
            ExitCode.SYSTEM,
            "-c %d is more than this process may open, %d files: raise the limit with ulimit -n %d, or lower -c."
                .formatted(connectionsMax, filesMax, connectionsMax + FILES_OF_ITS_OWN));
      }
    }
  }
}
