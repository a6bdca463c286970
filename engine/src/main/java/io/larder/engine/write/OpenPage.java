package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.page.Page;
import org.jspecify.annotations.Nullable;

/**
 * A page while a bucket fills it.
 *
 * <p><b>Threads.</b> Guarded by its bucket's lock.
 */
final class OpenPage {
  final Page page;
  final long version;
  final OpenDirectory directory;
  @Nullable BufferFlush filling;

  /** Where the next write buffer starts in the page. */
  int nextBufferAtBytes;

  /** Where the records written so far end. */
  int recordsEndBytes = PageGeometry.HEADER_BYTES;

  OpenPage(Page page, long version, OpenDirectory directory) {
    this.page = page;
    this.version = version;
    this.directory = directory;
  }

  /** Whether a record and its directory entry still fit. */
  boolean fits(int paddedBytes, PageGeometry geometry) {
    BufferFlush buffer = filling;
    int start =
        buffer != null && buffer.remainingBytes() >= paddedBytes
            ? recordsEndBytes
            : PageGeometry.blocks(recordsEndBytes);
    return endsInTime(start + paddedBytes, geometry);
  }

  /** As {@link #fits}, for a record that starts a block of its own. */
  boolean fitsDirectly(int paddedBytes, PageGeometry geometry) {
    return endsInTime(PageGeometry.blocks(recordsEndBytes) + paddedBytes, geometry);
  }

  private boolean endsInTime(int endBytes, PageGeometry geometry) {
    return PageGeometry.blocks(endBytes) <= geometry.directoryOffset(directory.count() + 1);
  }
}
