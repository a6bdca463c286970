package io.larder.engine.read;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.page.Page;
import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.MemorySegment;
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
  private int fromBytes;
  private int wantedBytes;

  /** Where in the page the bytes end that had been flushed when the read was submitted. */
  private int flushedBytes;

  private long submittedNanos;
  private @Nullable ReadQueue queue;

  /** Neighbours in a list of {@link ReadsUnderWay}. */
  @Nullable PageRead nextUnderWay;

  @Nullable PageRead previousUnderWay;

  /** Reads that share what this one delivers, in their order, linked by {@link #nextSharer}. */
  private @Nullable PageRead firstSharer;

  private @Nullable PageRead lastSharer;
  private @Nullable PageRead nextSharer;

  /** A read that takes its buffers from {@code buffers} and is counted by {@code listener}. */
  protected PageRead(ReadBuffers buffers, PageReadListener listener) {
    this.buffers = buffers;
    this.listener = listener;
  }

  /**
   * Reads up to {@code lengthBytes} from {@code offsetBytes} of a page that the caller has leased,
   * clamped to the page. A record that is still in a write buffer is copied and {@link #done}
   * called before this returns. Bytes that the owner is just reading already are shared.
   */
  public final void start(
      Page leased, int offsetBytes, int lengthBytes, PageGeometry geometry, ReadQueue reads) {
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
    fromBytes = from;
    wantedBytes = to - from;
    queue = reads;
    PageRead covering = buffers.underWay().covering(leased, from, to);
    if (covering == null) {
      submit(reads);
    } else {
      covering.addSharer(this);
    }
  }

  private void submit(ReadQueue reads) {
    Page leased = page();
    prepare(leased.device(), leased.deviceOffsetBytes() + fromBytes, wantedBytes, data());
    flushedBytes = leased.flushedBytes();
    buffers.underWay().add(this);
    submittedNanos = listener.nowNanos();
    reads.submit(this);
  }

  private void addSharer(PageRead sharer) {
    PageRead last = lastSharer;
    if (last == null) {
      firstSharer = sharer;
    } else {
      last.nextSharer = sharer;
    }
    lastSharer = sharer;
  }

  int fromBytes() {
    return fromBytes;
  }

  /**
   * Whether what the device delivers can be shared by a read of these bytes. Bytes that were not
   * flushed when this read was submitted may be there by now, but not in what it delivers.
   */
  boolean covers(int from, int to) {
    return fromBytes <= from && to <= Math.min(fromBytes + wantedBytes, flushedBytes);
  }

  @Override
  public final void completed(int bytesRead) {
    buffers.underWay().remove(this);
    PageRead sharer = takeSharers(bytesRead >= wantedBytes);
    if (bytesRead < wantedBytes) {
      dataLength = 0;
      listener.readFailed(page().deviceIndex());
      done(ReadOutcome.FAILED);
    } else {
      dataLength = bytesRead - dataOffset;
      listener.readFromDevice(
          page().deviceIndex(), bytesRead, listener.nowNanos() - submittedNanos);
      done(ReadOutcome.READ);
    }
    while (sharer != null) {
      PageRead next = sharer.nextSharer;
      sharer.nextSharer = null;
      sharer.shared(bytesRead >= wantedBytes);
      sharer = next;
    }
  }

  /** Gives everyone who shares this read its bytes, before the buffer is used again. */
  private @Nullable PageRead takeSharers(boolean hasBytes) {
    PageRead first = firstSharer;
    firstSharer = null;
    lastSharer = null;
    if (hasBytes) {
      for (PageRead each = first; each != null; each = each.nextSharer) {
        MemorySegment.copy(
            data().memory(), each.fromBytes - fromBytes, each.data().memory(), 0, each.wantedBytes);
      }
    }
    return first;
  }

  /** The read that was shared has ended; if it failed this one asks for itself. */
  private void shared(boolean hasBytes) {
    ReadQueue own = queue;
    if (!hasBytes && own != null) {
      submit(own);
      return;
    }
    dataLength = wantedBytes - dataOffset;
    listener.readShared(dataLength);
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

  /**
   * Copies what has been read, from its first byte on, into one piece of memory after the other,
   * until they are full or nothing is left. Allowed until {@link #finish}.
   *
   * @return bytes copied
   */
  public final int copyTo(Iterable<MemorySegment> targets) {
    MemorySegment source = data().memory();
    int copied = 0;
    for (MemorySegment target : targets) {
      int length = (int) Math.min(target.byteSize(), dataLength - copied);
      MemorySegment.copy(source, dataOffset + copied, target, 0, length);
      copied += length;
    }
    return copied;
  }

  /** Gives the buffer and the lease back. */
  public final void finish() {
    buffers.give(data());
    held = null;
    Page leased = page();
    page = null;
    queue = null;
    clear();
    if (leased.release()) {
      listener.lastLeaseReturned(leased);
    }
  }
}
