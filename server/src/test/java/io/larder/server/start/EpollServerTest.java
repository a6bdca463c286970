package io.larder.server.start;

import io.larder.server.net.Transport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** Sockets on epoll; flash on threads. */
class EpollServerTest extends ServerContract {
  EpollServerTest() {
    super("epoll");
  }

  @BeforeEach
  void epollWorksHere() {
    Assumptions.assumeTrue(Transport.epollRefusal() == null, "no epoll");
  }
}
