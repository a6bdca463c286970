package io.larder.engine.write;

import io.larder.engine.page.Page;
import java.io.IOException;

/** One write that a device owes a page. */
abstract sealed class Flush permits BufferFlush, DirectWrite.DirectFlush, SealFlush {
  private final Page page;
  private final long version;

  /** Stands in the queue of its device, or has stood there. */
  volatile boolean isOwed;

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

  /** Whether it begins only when everything else of its page is on the device. */
  boolean comesAfterItsPage() {
    return false;
  }

  /**
   * Writes. Other writes of the same page may be under way, in other threads.
   *
   * @return bytes written
   */
  abstract int write() throws IOException;

  /** They are on the device, and so is all that was to be written to the page before: says so. */
  abstract void written(int bytes);

  /** Whether it has brought the page's header to the device. */
  boolean isFirstOfLife() {
    return false;
  }

  /** Gives its memory back without writing. */
  abstract void drop();
}
