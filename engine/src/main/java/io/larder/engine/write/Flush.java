package io.larder.engine.write;

import io.larder.engine.page.Page;
import java.io.IOException;

/** One write that a device owes a page. */
abstract sealed class Flush permits BufferFlush, DirectWrite.DirectFlush, SealFlush {
  private final Page page;
  private final long version;

  Flush(Page page, long version) {
    this.page = page;
    this.version = version;
  }

  final Page page() {
    return page;
  }

  /** The life of the page that the write is for. */
  final long version() {
    return version;
  }

  /** Whether every record in it has been committed. */
  abstract boolean isReady();

  /**
   * Writes, and tells the page.
   *
   * @return bytes written
   */
  abstract int write() throws IOException;

  /** Whether it has brought the page's header to the device. */
  boolean isFirstOfLife() {
    return false;
  }

  /** Gives its memory back without writing. */
  abstract void drop();
}
