package io.larder.engine.write;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Room for one record in a write buffer, and the address it will have.
 *
 * <p>Filled by a reserve that answers RESERVED; must then be committed, soon: the buffer is not
 * flushed before that. Reusable.
 *
 * <p><b>Threads.</b> Confined to the writer that made it.
 */
public final class Reservation {
  @Nullable BufferFlush flush;
  int paddedBytes;
  int bufferOffset;

  private int pageId;
  private long pageVersion;
  private int offsetUnits;
  private int lengthBytes;

  void set(BufferFlush flush, int bufferOffset, int lengthBytes, int paddedBytes) {
    this.flush = flush;
    this.bufferOffset = bufferOffset;
    this.lengthBytes = lengthBytes;
    this.paddedBytes = paddedBytes;
  }

  void address(int pageId, long pageVersion, int offsetUnits) {
    this.pageId = pageId;
    this.pageVersion = pageVersion;
    this.offsetUnits = offsetUnits;
  }

  BufferFlush flush() {
    BufferFlush holder = flush;
    if (holder == null) {
      throw new IllegalStateException("nothing is reserved");
    }
    return holder;
  }

  /**
   * Ends the reservation: padding is zeroed and the buffer may be flushed.
   *
   * @return bytes taken, padding included
   */
  public int commit(FlushQueues queues) {
    BufferFlush committed = flush();
    memory().asSlice((long) bufferOffset + lengthBytes, paddedBytes - lengthBytes).fill((byte) 0);
    flush = null;
    if (committed.committed()) {
      queues.becameReady(committed);
    }
    return paddedBytes;
  }

  /** The buffer's memory; the record goes to {@link #memoryOffset}. */
  public MemorySegment memory() {
    return flush().bytes().buffer().memory();
  }

  public int memoryOffset() {
    return bufferOffset;
  }

  /** The bytes of the record from {@code fromBytes} to its end, for a checksum. */
  public ByteBuffer recordFrom(int fromBytes) {
    return flush().bytes().buffer().slice(bufferOffset + fromBytes, lengthBytes - fromBytes);
  }

  public int pageId() {
    return pageId;
  }

  public long pageVersion() {
    return pageVersion;
  }

  public int offsetUnits() {
    return offsetUnits;
  }
}
