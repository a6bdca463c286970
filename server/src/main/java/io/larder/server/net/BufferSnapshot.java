package io.larder.server.net;

/**
 * The memory that sockets are read into and replies are written from, at one moment.
 *
 * @param readCount pieces to read into
 * @param readBytes bytes of them
 * @param readIdleBytes of those, the ones that nobody uses
 * @param replyCount pieces for replies
 * @param replyBytes bytes of them
 */
public record BufferSnapshot(
    long readCount, long readBytes, long readIdleBytes, long replyCount, long replyBytes) {
  static final BufferSnapshot NONE = new BufferSnapshot(0, 0, 0, 0, 0);

  BufferSnapshot plus(BufferSnapshot other) {
    return new BufferSnapshot(
        readCount + other.readCount,
        readBytes + other.readBytes,
        readIdleBytes + other.readIdleBytes,
        replyCount + other.replyCount,
        replyBytes + other.replyBytes);
  }
}
