package io.larder.engine.restart;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.page.Page;
import io.larder.engine.reclaim.ReadCounter;
import io.larder.engine.reclaim.ReclaimBuffers;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a page that is read front to back, as much at a time as there is memory for.
 *
 * <p><b>Threads.</b> Confined to whoever has the buffers.
 */
public final class PageWindow {
  private final Page page;
  private final PageGeometry geometry;
  private final ReclaimBuffers buffers;
  private final ReadCounter counter;
  private @Nullable AlignedBuffer filled;
  private int startBytes;
  private int endBytes;

  /** Nothing of {@code page} has been read yet; while it is looked at, the buffers are its own. */
  public PageWindow(Page page, PageGeometry geometry, ReclaimBuffers buffers, ReadCounter counter) {
    this.page = page;
    this.geometry = geometry;
    this.buffers = buffers;
    this.counter = counter;
  }

  /**
   * Has so many bytes of the page from {@code from} on in memory; they stand at {@link #at}.
   *
   * @throws IOException when the device refuses
   */
  public MemorySegment show(int from, int lengthBytes) throws IOException {
    int start = from & -PageGeometry.BLOCK_BYTES;
    AlignedBuffer window = buffers.window(lengthBytes + 2 * PageGeometry.BLOCK_BYTES);
    // The buffer grows by replacement, and a new one holds nothing yet.
    if (window != filled || from < startBytes || from + lengthBytes > endBytes) {
      filled = null;
      int bytes =
          Math.min(
              window.capacityBytes() & -PageGeometry.BLOCK_BYTES, geometry.pageBytes() - start);
      page.device().read(window.slice(0, bytes), page.deviceOffsetBytes() + start);
      counter.read(page.deviceIndex(), bytes);
      filled = window;
      startBytes = start;
      endBytes = start + bytes;
    }
    return window.memory();
  }

  /** Where in the memory shown last the byte at {@code from} of the page stands. */
  public long at(int from) {
    return (long) from - startBytes;
  }
}
