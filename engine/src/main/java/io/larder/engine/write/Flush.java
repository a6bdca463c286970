package io.larder.engine.write;

import io.larder.engine.page.Page;
import java.io.IOException;

/** One write that a device owes a page. */
sealed interface Flush permits BufferFlush, DirectWrite.DirectFlush, SealFlush {

  Page page();

  /** The life of the page that the write is for. */
  long version();

  /** Whether every record in it has been committed. */
  boolean isReady();

  /**
   * Writes, and tells the page.
   *
   * @return bytes written
   */
  int write() throws IOException;

  /** Gives its memory back without writing. */
  void drop();
}
