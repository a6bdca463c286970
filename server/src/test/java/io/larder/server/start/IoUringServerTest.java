package io.larder.server.start;

import io.larder.uring.UringProbe;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** Sockets and flash on the same rings. */
class IoUringServerTest extends ServerContract {
  IoUringServerTest() {
    super("io_uring");
  }

  @BeforeEach
  void ringsWorkHere() {
    UringProbe probe = UringProbe.run();
    Assumptions.assumeTrue(probe.works(), probe.reason());
  }
}
