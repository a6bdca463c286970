package io.larder.engine.write;

import io.larder.engine.page.Page;
import java.io.IOException;

/** Hears how the writes of a device end. Called by the flush step, with no lock held. */
public interface FlushListener {

  /** The first write of a page's life is on the device, and what is on it may outlive this run. */
  void lifeBegan(Page page, long version);

  /** The device has refused: from here on nothing on the page outlives this run. */
  void failing(Page page);

  /** Something is on the device, and a write buffer is free again. */
  void flushed(Page page, int bytes, long tookNanos);

  /** The device has refused a write; more than one may be under way when a page fails. */
  void refused(Page page, IOException why);

  /** The page has failed. Called once. */
  void failed(Page page);

  /** Nothing will be written to a failed page any more, and this is what was on it. */
  void abandoned(FailedPage failed);
}
