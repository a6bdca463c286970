package io.larder.engine.write;

import io.larder.engine.write.BucketWriter.Entry;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Room for one record in a write buffer, and the address it will have.
 *
 * <p>Filled by a reserve that answers RESERVED; must then be committed or abandoned, soon: the
 * buffer is not flushed before that. Reusable.
 *
 * <p><b>Threads.</b> Confined to the writer that made it.
 */
public final class Reservation {
  @Nullable BufferFlush flush;
  int paddedBytes;
  int bufferOffset;

  private @Nullable Entry entry;
  private int pageId;
  private long pageVersion;
  private int offsetUnits;
  private int lengthBytes;

  void set(BufferFlush flush, Entry entry, int bufferOffset, int lengthBytes, int paddedBytes) {
    this.flush = flush;
    this.entry = entry;
    this.bufferOffset = bufferOffset;
    this.lengthBytes = lengthBytes;
    this.paddedBytes = paddedBytes;
  }

  void address(int pageId, long pageVersion, int offsetUnits) {
    this.pageId = pageId;
    this.pageVersion = pageVersion;
    this.offsetUnits = offsetUnits;
  }

  /** Fails unless room is reserved, and neither committed nor abandoned. */
  public void requireOpen() {
    flush();
  }

  BufferFlush flush() {
    BufferFlush holder = flush;
    if (holder == null) {
      throw new IllegalStateException("nothing is reserved");
    }
    return holder;
  }

  /** Ends the reservation: padding is zeroed and the buffer may be flushed. */
  public void commit(FlushQueues queues) {
    end(lengthBytes, queues);
  }

  /**
   * Ends the reservation without a record: its entry in the page's directory becomes void, and the
   * room is zero but for what its owner leaves at its front, so that a scan finds its way past.
   */
  public void abandon(int fillerBytes, FlushQueues queues) {
    BufferFlush abandoned = flush();
    if (fillerBytes < 0 || fillerBytes > lengthBytes) {
      throw new IllegalArgumentException(
          fillerBytes + " bytes of filler in room for " + lengthBytes);
    }
    Entry noted = entry;
    if (noted != null) {
      noted.strike(abandoned.page(), abandoned.version());
    }
    end(fillerBytes, queues);
  }

  private void end(int filledBytes, FlushQueues queues) {
    BufferFlush ended = flush();
    memory().asSlice((long) bufferOffset + filledBytes, paddedBytes - filledBytes).fill((byte) 0);
    flush = null;
    entry = null;
    if (ended.committed()) {
      queues.becameReady(ended);
    }
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

  /** Bytes reserved, without padding. */
  public int lengthBytes() {
    return lengthBytes;
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
