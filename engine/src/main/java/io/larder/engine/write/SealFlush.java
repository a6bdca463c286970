package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.page.Page;
import java.io.IOException;

/** The directory and trailer of a page whose records are all flushed before it. */
final class SealFlush implements Flush {
  private final Page page;
  private final long version;
  private final OpenDirectory directory;
  private final PageGeometry geometry;
  private final int recordsEndBytes;

  SealFlush(
      Page page,
      long version,
      OpenDirectory directory,
      PageGeometry geometry,
      int recordsEndBytes) {
    this.page = page;
    this.version = version;
    this.directory = directory;
    this.geometry = geometry;
    this.recordsEndBytes = recordsEndBytes;
  }

  @Override
  public Page page() {
    return page;
  }

  @Override
  public long version() {
    return version;
  }

  OpenDirectory directory() {
    return directory;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public int write() throws IOException {
    int written =
        directory.writeTo(
            page.device(), page.deviceOffsetBytes(), geometry, page.snapshot(), recordsEndBytes);
    directory.release();
    page.seal();
    return written;
  }

  @Override
  public void drop() {
    // The directory is still wanted: the reclaim step sweeps a failed page by it.
  }
}
