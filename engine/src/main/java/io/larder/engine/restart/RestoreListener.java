package io.larder.engine.restart;

import io.larder.engine.page.Page;

/** Hears how pages are restored. Called by the restore steps, with no lock held. */
public interface RestoreListener {

  /** Bytes of a page have been read. */
  void read(int deviceIndex, int bytes);

  /** A page that was never sealed has got its directory. */
  void written(int deviceIndex, int bytes);

  /** A page cannot be read, or not to its end. */
  void readFailed(int deviceIndex);

  /** A page gets no directory: the device has refused it. */
  void writeFailed(int deviceIndex);

  /** A page is as any other now. */
  void pageRestored(Page page);

  /** Every page has been looked at. */
  void allRestored();
}
