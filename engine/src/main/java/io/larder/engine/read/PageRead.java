package io.larder.engine.read;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.page.Page;
import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.memory.AlignedBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One read of a record out of a leased page, from a write buffer at once or from the device later.
 *
 * <p>Life: {@link #start} by the owner, who has leased the page; then exactly one {@link #done};
 * then {@link #finish} by the owner, which gives buffer and lease back. It may then start again.
 *
 * <p><b>Threads.</b> Confined to its owner thread.
 */
public abstract class PageRead extends DeviceRead {
  private final ReadBuffers buffers;
  private final PageReadListener listener;

  private @Nullable Page page;
  private @Nullable AlignedBuffer held;
  private int dataOffset;
  private int dataLength;
  private int wantedBytes;
  private long submittedNanos;

  /** A read that takes its buffers from {@code buffers} and is counted by {@code listener}. */
  protected PageRead(ReadBuffers buffers, PageReadListener listener) {
    this.buffers = buffers;
    this.listener = listener;
  }

  /**
   * Reads up to {@code lengthBytes} from {@code offsetBytes} of a page that the caller has leased,
   * clamped to the page. A record that is still in a write buffer is copied and {@link #done}
   * called before this returns.
   */
  public final void start(
      Page leased, int offsetBytes, int lengthBytes, PageGeometry geometry, ReadQueue queue) {
    page = leased;
    int length = Math.min(lengthBytes, geometry.pageBytes() - offsetBytes);
    int block = leased.device().blockSizeBytes();
    int from = offsetBytes & -block;
    int to = Math.min((offsetBytes + length + block - 1) & -block, geometry.pageBytes());
    AlignedBuffer buffer = buffers.take(to - from);
    held = buffer;
    int copied = leased.readUnflushed(offsetBytes, length, buffer.memory());
    if (copied > 0) {
      dataOffset = 0;
      dataLength = copied;
      listener.readFromBuffer(copied);
      done(ReadOutcome.READ);
      return;
    }
    dataOffset = offsetBytes - from;
    wantedBytes = to - from;
    prepare(leased.device(), leased.deviceOffsetBytes() + from, wantedBytes, buffer);
    submittedNanos = listener.nowNanos();
    queue.submit(this);
  }

  @Override
  public final void completed(int bytesRead) {
    if (bytesRead < wantedBytes) {
      dataLength = 0;
      listener.readFailed(page().deviceIndex());
      done(ReadOutcome.FAILED);
      return;
    }
    dataLength = bytesRead - dataOffset;
    listener.readFromDevice(page().deviceIndex(), bytesRead, listener.nowNanos() - submittedNanos);
    done(ReadOutcome.READ);
  }

  /** The read has ended; on success the bytes are in {@link #data}. */
  protected abstract void done(ReadOutcome outcome);

  /** The page that was read, until {@link #finish}. */
  public final Page page() {
    Page leased = page;
    if (leased == null) {
      throw new IllegalStateException("the read has not been started");
    }
    return leased;
  }

  /** The buffer that holds the record at {@link #dataOffset}, until {@link #finish}. */
  public final AlignedBuffer data() {
    AlignedBuffer buffer = held;
    if (buffer == null) {
      throw new IllegalStateException("the read has not been started");
    }
    return buffer;
  }

  public final int dataOffset() {
    return dataOffset;
  }

  /** How many bytes from {@link #dataOffset} on are valid. */
  public final int dataLength() {
    return dataLength;
  }

  /** Gives the buffer and the lease back. */
  public final void finish() {
    buffers.give(data());
    held = null;
    Page leased = page();
    page = null;
    clear();
    if (leased.release()) {
      listener.lastLeaseReturned(leased);
    }
  }
}
