package io.larder.server.options;

/** Which way to talk to sockets and flash the user wants. */
public enum IoChoice {
  /** The best that works. */
  AUTO("auto"),
  /** io_uring or nothing. */
  IO_URING("io_uring"),
  /** Sockets on epoll, flash on threads. */
  EPOLL("epoll"),
  /** Sockets on the JDK's selector, flash on threads; works everywhere. */
  NIO("nio");

  private final String word;

  IoChoice(String word) {
    this.word = word;
  }

  /** How it is written on the command line. */
  public String word() {
    return word;
  }
}
