package io.larder.platform.device;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One flash file or block device, addressed by byte offset.
 *
 * <p>The blocking calls here serve background work: large sequential writes, and the reads of
 * reclaim. A get reads through a {@link ReadQueue} instead.
 *
 * <p>When {@link #isDirect()} holds, every offset, every length and the memory of every buffer must
 * be a multiple of {@link #blockSizeBytes()}.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public interface Device extends AutoCloseable {

  /** The path the device was opened by; names it in messages and statistics. */
  String name();

  /** Usable bytes, fixed while the device is open. */
  long sizeBytes();

  /** Logical block of the device in bytes, a power of two. */
  int blockSizeBytes();

  /** Whether reads and writes bypass the page cache. */
  boolean isDirect();

  /**
   * Writes all remaining bytes of {@code source} at {@code offsetBytes}, completing short writes.
   *
   * @throws IOException when the device refuses any part of it; how much arrived is then unknown
   */
  void write(ByteBuffer source, long offsetBytes) throws IOException;

  /**
   * Fills {@code target} from {@code offsetBytes}, completing short reads.
   *
   * @throws java.io.EOFException when the device ends first; the position of {@code target} then
   *     says how much there was
   * @throws IOException when the device refuses
   */
  void read(ByteBuffer target, long offsetBytes) throws IOException;

  @Override
  void close() throws IOException;
}
