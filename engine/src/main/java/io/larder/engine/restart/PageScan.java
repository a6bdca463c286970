package io.larder.engine.restart;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.RecordFinder;
import io.larder.engine.model.RecordFinder.ScannedRecord;
import io.larder.engine.page.Page;
import io.larder.engine.reclaim.ReadCounter;
import io.larder.engine.reclaim.ReclaimBuffers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Looks through one page record by record, for want of a directory.
 *
 * <p>Life: {@link #next} until it is false.
 *
 * <p><b>Threads.</b> Confined to whoever has the buffers.
 */
public final class PageScan {
  /*
   * A scan looks only where a record may begin: behind another, or at the block where a write buffer
   * began. The rest of a buffer's last block is zero. Where it is not, or where a block does not begin
   * with a record, the scan ends: what looks like a record further on may be part of a value.
   */

  /** Bytes of the smallest record: a header. */
  public static final int RECORD_BYTES_MIN = 32;

  private final long version;
  private final PageGeometry geometry;
  private final RecordFinder records;
  private final PageWindow window;
  private int atBytes = PageGeometry.HEADER_BYTES;
  private int entryCount;
  private @Nullable ScannedRecord record;
  private int offsetUnits;
  private int lengthBytes;
  private boolean broken;

  /** From the first record of a page that lives in {@code version}. */
  public PageScan(
      Page page,
      long version,
      PageGeometry geometry,
      RecordFinder records,
      ReclaimBuffers buffers,
      ReadCounter counter) {
    this.version = version;
    this.geometry = geometry;
    this.records = records;
    this.window = new PageWindow(page, geometry, buffers, counter);
  }

  /**
   * Looks at what comes next.
   *
   * @return false at the end
   * @throws IOException when the device refuses
   */
  public boolean next() throws IOException {
    record = null;
    int at = atBytes;
    // Before its directory and trailer, however few entries they have.
    int limit = geometry.directoryOffset(entryCount + 1);
    if (at + RECORD_BYTES_MIN > limit) {
      return false;
    }
    MemorySegment memory = window.show(at, RECORD_BYTES_MIN);
    int length = records.lengthAt(memory, window.at(at));
    boolean isOfLife = length > 0 && records.isOfLife(memory, window.at(at), version);
    if (length >= RECORD_BYTES_MIN && length <= limit - at) {
      memory = window.show(at, length);
      int units = at / geometry.unitBytes();
      ScannedRecord found = records.scan(memory, window.at(at), length, version, units);
      if (found != null) {
        record = found;
        offsetUnits = units;
        lengthBytes = length;
        entryCount += found.isFiller() ? 0 : 1;
        atBytes = at + geometry.padded(length);
        return true;
      }
    }
    int nextBlock = PageGeometry.blocks(at);
    if (nextBlock == at) {
      broken = isOfLife;
      return false;
    }
    if (!isZero(at, nextBlock)) {
      broken = true;
      return false;
    }
    atBytes = nextBlock;
    return true;
  }

  private boolean isZero(int from, int to) throws IOException {
    MemorySegment memory = window.show(from, to - from);
    return memory
            .asSlice(window.at(from), to - from)
            .mismatch(MemorySegment.ofArray(new byte[to - from]))
        == -1;
  }

  /** The record that {@link #next} has come to; null if it has passed the end of a write buffer. */
  public @Nullable ScannedRecord record() {
    return record;
  }

  /** Where that record stands. */
  public int offsetUnits() {
    return offsetUnits;
  }

  /** How long it is, without padding. */
  public int lengthBytes() {
    return lengthBytes;
  }

  /** The bytes of that record begin at {@link #recordAt} of this; until {@link #next}. */
  public MemorySegment memory() throws IOException {
    return window.show(offsetUnits * geometry.unitBytes(), lengthBytes);
  }

  /** Where in {@link #memory} the record begins. */
  public long recordAt() {
    return window.at(offsetUnits * geometry.unitBytes());
  }

  /** Where in the page the next one would begin. */
  public int atBytes() {
    return atBytes;
  }

  /**
   * Whether the scan has ended at something that was written in this life of the page and is not
   * whole: it is damaged, or was being written when the process ended.
   */
  public boolean isBroken() {
    return broken;
  }
}
