package io.larder.protocol;

/** Who drives a {@link ProtocolSession}: the connection of a server. */
public interface SessionOwner {

  /**
   * An answer came late: call {@link ProtocolSession#resume} soon, on the same thread, but not from
   * inside this call, which may hold a lock of the cache.
   *
   * <p>Not called again before {@code resume} has been.
   */
  void progressed(ProtocolSession session);

  /** Tells the client from others, for people who look on; never two at once. */
  default int number() {
    return 0;
  }
}
