package io.larder.engine.read;

import io.larder.engine.page.Page;

/** Hears how reads end. Called on the owner thread of the read. */
public interface PageReadListener {

  void readFromBuffer(int bytes);

  /**
   * A device has delivered what was wanted.
   *
   * @param tookNanos from the submission of the read to its completion
   */
  void readFromDevice(int deviceIndex, int bytes, long tookNanos);

  /** Another read of the same owner has delivered what was wanted. */
  void readShared(int bytes);

  /** The time that reads are measured by, in nanoseconds. */
  long nowNanos();

  void readFailed(int deviceIndex);

  /** A closing page is free: nobody holds a lease on it any more. */
  void lastLeaseReturned(Page page);
}
