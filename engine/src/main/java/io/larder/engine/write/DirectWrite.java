package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.page.Page;
import io.larder.engine.write.BucketWriter.Entry;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One large record on its way from its owner's memory to its page, past the write buffers.
 *
 * <p>Only its first block is copied, so that the owner can give the record the header it has on
 * flash while readers still use the one it has in RAM. The rest is written from where it stands,
 * which must not change until {@link #outcome} is no longer PENDING.
 *
 * <p>Life: reserved by {@link BucketWriter#reserveDirect}; {@link #firstBlock} filled in by the
 * owner; committed or abandoned; then the flush step writes or drops it. Then it may be reserved
 * again.
 *
 * <p><b>Threads.</b> The owner's, but for the flush step between commit and outcome.
 */
public final class DirectWrite {
  private final AlignedBuffer firstBlock = AlignedBuffer.allocateOwn(PageGeometry.BLOCK_BYTES);
  private MemorySegment record = MemorySegment.NULL;
  private int lengthBytes;
  private int offsetUnits;
  private @Nullable DirectFlush flush;
  private volatile Outcome outcome = Outcome.NONE;

  /** What has become of the record. */
  public enum Outcome {
    /** Nothing is reserved. */
    NONE,
    /** Reserved, and perhaps being written. */
    PENDING,
    /** On the device. */
    WRITTEN,
    /** The device has refused it, or its page has failed before. */
    REFUSED,
    /** Its owner has given it up, and its room is past. */
    ABANDONED
  }

  /**
   * Says which record is to be written, before room is reserved for it.
   *
   * @param memory block-aligned; the record stands at its start, zeros fill its last block
   */
  public void from(MemorySegment memory, int recordBytes) {
    if (outcome == Outcome.PENDING) {
      throw new IllegalStateException("the record before is still being written");
    }
    if (memory.address() % PageGeometry.BLOCK_BYTES != 0
        || memory.byteSize() < PageGeometry.blocks(recordBytes)) {
      throw new IllegalArgumentException(
          "record of %d bytes in %d bytes of memory at %x"
              .formatted(recordBytes, memory.byteSize(), memory.address()));
    }
    record = memory;
    lengthBytes = recordBytes;
    outcome = Outcome.NONE;
  }

  DirectFlush reserved(
      Page page, long version, Entry entry, int startBytes, PageGeometry geometry) {
    MemorySegment.copy(record, 0, firstBlock.memory(), 0, PageGeometry.BLOCK_BYTES);
    offsetUnits = startBytes / geometry.unitBytes();
    DirectFlush reserved = new DirectFlush(this, page, version, entry, startBytes);
    flush = reserved;
    outcome = Outcome.PENDING;
    return reserved;
  }

  /** The copy of the record's first block, the owner's to change until it commits. */
  public MemorySegment firstBlock() {
    return firstBlock.memory();
  }

  /**
   * The bytes as they will stand on flash, from {@code fromBytes} to the end of the first block.
   */
  public ByteBuffer firstBlockFrom(int fromBytes) {
    return firstBlock.slice(fromBytes, PageGeometry.BLOCK_BYTES - fromBytes);
  }

  /** The bytes of the record behind its first block, without padding. */
  public ByteBuffer rest() {
    return record
        .asSlice(PageGeometry.BLOCK_BYTES, lengthBytes - PageGeometry.BLOCK_BYTES)
        .asByteBuffer();
  }

  /** Lets the flush step have it. */
  public void commit(FlushQueues queues) {
    DirectFlush reserved = openFlush();
    reserved.committed = true;
    queues.becameReady(reserved);
  }

  /**
   * Ends the reservation without a record: its entry in the page's directory becomes void. Of its
   * room only the first block is written, zero but for what its owner leaves at its front, so that
   * a scan finds its way past; the record's memory is not looked at any more.
   */
  public void abandon(int fillerBytes, FlushQueues queues) {
    DirectFlush reserved = openFlush();
    firstBlock.memory().asSlice(fillerBytes).fill((byte) 0);
    reserved.entry.strike(reserved.page(), reserved.version());
    reserved.abandoned = true;
    reserved.committed = true;
    queues.becameReady(reserved);
  }

  /** Fails unless the record is reserved, and neither committed nor abandoned. */
  public void requireOpen() {
    openFlush();
  }

  private DirectFlush openFlush() {
    DirectFlush reserved = flush();
    if (reserved.committed) {
      throw new IllegalStateException("nothing is reserved any more");
    }
    return reserved;
  }

  private DirectFlush flush() {
    DirectFlush reserved = flush;
    if (reserved == null) {
      throw new IllegalStateException("nothing is reserved");
    }
    return reserved;
  }

  public Outcome outcome() {
    return outcome;
  }

  public int lengthBytes() {
    return lengthBytes;
  }

  public int pageId() {
    return flush().page().id();
  }

  public long pageVersion() {
    return flush().version();
  }

  public int offsetUnits() {
    return offsetUnits;
  }

  /** Gives the memory of the first block back. Nothing is pending. */
  public void close() {
    firstBlock.free();
  }

  /** The write that the page's device owes. */
  static final class DirectFlush extends Flush {
    private final DirectWrite write;
    private final Entry entry;
    private final int startBytes;
    private boolean abandoned;
    private volatile boolean committed;

    DirectFlush(DirectWrite write, Page page, long version, Entry entry, int startBytes) {
      super(page, version);
      this.write = write;
      this.entry = entry;
      this.startBytes = startBytes;
    }

    @Override
    boolean isReady() {
      return committed;
    }

    @Override
    int write() throws IOException {
      int block = PageGeometry.BLOCK_BYTES;
      int length = PageGeometry.blocks(write.lengthBytes);
      long at = page().deviceOffsetBytes() + startBytes;
      page().device().write(write.firstBlock.slice(0, block), at);
      if (length > block && !abandoned) {
        ByteBuffer rest = write.record.asSlice(block, length - block).asByteBuffer();
        page().device().write(rest, at + block);
      }
      return abandoned ? block : length;
    }

    @Override
    void written(int bytes) {
      page().flushedDirectly(startBytes + PageGeometry.blocks(write.lengthBytes));
      write.outcome = abandoned ? Outcome.ABANDONED : Outcome.WRITTEN;
    }

    @Override
    void drop() {
      write.outcome = Outcome.REFUSED;
    }
  }
}
