package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.page.Page;
import java.io.IOException;

/** The directory and trailer of a page whose records are all flushed before it. */
final class SealFlush extends Flush {
  private final OpenDirectory directory;
  private final PageGeometry geometry;
  private final int recordsEndBytes;

  SealFlush(
      Page page,
      long version,
      OpenDirectory directory,
      PageGeometry geometry,
      int recordsEndBytes) {
    super(page, version);
    this.directory = directory;
    this.geometry = geometry;
    this.recordsEndBytes = recordsEndBytes;
  }

  OpenDirectory directory() {
    return directory;
  }

  @Override
  boolean isReady() {
    return true;
  }

  @Override
  int write() throws IOException {
    return directory.writeTo(
        page().device(),
        page().deviceOffsetBytes(),
        geometry,
        page().site(),
        page().snapshot(),
        recordsEndBytes);
  }

  @Override
  boolean comesAfterItsPage() {
    return true;
  }

  @Override
  void written(int bytes) {
    directory.release();
    page().seal();
  }

  @Override
  void drop() {
    // The directory is still wanted: the reclaim step sweeps a failed page by it.
  }
}
