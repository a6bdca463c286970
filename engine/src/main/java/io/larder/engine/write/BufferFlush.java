package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.page.Page;
import io.larder.engine.page.Page.UnflushedBytes;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A write buffer of an open page, from its first record until it is on the device.
 *
 * <p><b>Threads.</b> Filled under the bucket's lock; written by the flush step once it is submitted
 * and its last reservation is committed.
 */
final class BufferFlush extends Flush {
  private final UnflushedBytes bytes;
  private final WriteBuffers buffers;
  private final long turn;
  private final AtomicInteger uncommitted = new AtomicInteger();
  private int usedBytes;

  BufferFlush(Page page, long version, UnflushedBytes bytes, WriteBuffers buffers) {
    super(page, version);
    this.bytes = bytes;
    this.buffers = buffers;
    this.turn = buffers.takenCount();
  }

  /** Lower than that of every buffer taken later. */
  long turn() {
    return turn;
  }

  UnflushedBytes bytes() {
    return bytes;
  }

  int usedBytes() {
    return usedBytes;
  }

  int remainingBytes() {
    return bytes.buffer().capacityBytes() - usedBytes;
  }

  /** Where in the page the next byte goes. */
  int endBytes() {
    return bytes.startBytes() + usedBytes;
  }

  /** Takes room for {@code paddedBytes}; returns where in the buffer. */
  int take(int paddedBytes) {
    int at = usedBytes;
    usedBytes += paddedBytes;
    return at;
  }

  void reserved() {
    uncommitted.incrementAndGet();
  }

  /** Returns whether this was the last one open. */
  boolean committed() {
    return uncommitted.decrementAndGet() == 0;
  }

  @Override
  boolean isReady() {
    return uncommitted.get() == 0;
  }

  @Override
  int write() throws IOException {
    int length = PageGeometry.blocks(usedBytes);
    bytes.buffer().memory().asSlice(usedBytes, length - usedBytes).fill((byte) 0);
    page()
        .device()
        .write(bytes.buffer().slice(0, length), page().deviceOffsetBytes() + bytes.startBytes());
    return length;
  }

  @Override
  void written(int length) {
    page().flushed(bytes, bytes.startBytes() + length);
    buffers.give(bytes.buffer());
  }

  @Override
  boolean isFirstOfLife() {
    return bytes.startBytes() == 0;
  }

  @Override
  void drop() {
    buffers.give(bytes.buffer());
  }
}
