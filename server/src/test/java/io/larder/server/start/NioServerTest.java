package io.larder.server.start;

/** Sockets on the JDK's selector; flash on threads. */
class NioServerTest extends ServerContract {
  NioServerTest() {
    super("nio");
  }
}
