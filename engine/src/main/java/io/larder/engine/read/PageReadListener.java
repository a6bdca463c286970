package io.larder.engine.read;

import io.larder.engine.page.Page;

/** Hears how reads end. Called on the owner thread of the read. */
public interface PageReadListener {

  void readFromBuffer(int bytes);

  void readFromDevice(int bytes);

  void readFailed(int deviceIndex);

  /** A closing page is free: nobody holds a lease on it any more. */
  void lastLeaseReturned(Page page);
}
