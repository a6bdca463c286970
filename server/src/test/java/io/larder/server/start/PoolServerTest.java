package io.larder.server.start;

/** Sockets on epoll, or on the JDK's selector where there is none; flash on threads. */
class PoolServerTest extends ServerContract {
  PoolServerTest() {
    super("nio");
  }
}
