package io.larder.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Decides how much one connection reads at once.
 *
 * <p>A read that fills its memory is followed by a larger one, at once if the connection still
 * wants input; two that leave most of it empty, by a smaller one.
 *
 * <p><b>Threads.</b> Confined to the loop of its connection.
 */
@SuppressWarnings(
    "deprecation") // Netty has deprecated the interface, not what it is called through.
final class ReadSizer implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
  /** Reads of one turn, so that a fast sender does not keep others waiting. */
  private static final int READS_MAX = 16;

  private final ReadPool pool;
  private final Connection connection;
  private int sizeIndex;
  private boolean lastWasSmall;
  private int attemptedBytes;
  private int lastBytes;
  private int readCount;

  ReadSizer(ReadPool pool, Connection connection) {
    this.pool = pool;
    this.connection = connection;
  }

  @Override
  public Handle newHandle() {
    return this;
  }

  @Override
  public void reset(ChannelConfig config) {
    readCount = 0;
  }

  @Override
  public ByteBuf allocate(ByteBufAllocator ignored) {
    ReadMemory memory = pool.take(sizeIndex);
    attemptedBytes = memory.writableBytes();
    return memory;
  }

  @Override
  public int guess() {
    return attemptedBytes;
  }

  @Override
  public void lastBytesRead(int bytes) {
    lastBytes = bytes;
    if (bytes <= 0) {
      return;
    }
    if (bytes == attemptedBytes) {
      sizeIndex = Math.min(sizeIndex + 1, ReadPool.SIZE_INDEX_MAX);
      lastWasSmall = false;
    } else if (bytes >= attemptedBytes / 8) {
      lastWasSmall = false;
    } else if (lastWasSmall) {
      sizeIndex = Math.max(sizeIndex - 1, 0);
      lastWasSmall = false;
    } else {
      lastWasSmall = true;
    }
  }

  @Override
  public int lastBytesRead() {
    return lastBytes;
  }

  @Override
  public void attemptedBytesRead(int bytes) {
    attemptedBytes = bytes;
  }

  @Override
  public int attemptedBytesRead() {
    return attemptedBytes;
  }

  @Override
  public void incMessagesRead(int count) {
    readCount += count;
  }

  @Override
  public boolean continueReading() {
    return lastBytes > 0
        && lastBytes == attemptedBytes
        && readCount < READS_MAX
        && connection.wantsInput();
  }

  @Override
  public boolean continueReading(UncheckedBooleanSupplier ignored) {
    return continueReading();
  }

  @Override
  public void readComplete() {}
}
