package io.larder.bench.load;

/** How the client drives its sockets. */
public enum ClientIo {
  /** The first of the others that works here. */
  auto,
  io_uring,
  epoll,
  nio
}
