package io.larder.tests.conformance.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** The ways in which Larder can talk to sockets and flash. */
public enum IoEngine {
  IO_URING,
  NIO;

  /** How the command line calls it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Skips the test where this one does not work, with Larder's own words. */
  public void assumeAvailable(Path folder) {
    if (this == NIO) {
      return;
    }
    try (LarderProcess probe =
        LarderProcess.launch(folder, FreePort.find(), "--io", word(), "--ram-only")) {
      boolean starts = probe.startsWithin(Duration.ofSeconds(30));
      assumeTrue(starts, () -> "no " + word() + " here: " + probe.standardError().strip());
    }
  }
}
