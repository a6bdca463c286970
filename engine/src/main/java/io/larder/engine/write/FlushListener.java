package io.larder.engine.write;

import io.larder.engine.page.Page;
import java.io.IOException;

/** Hears how the writes of a device end. Called by the flush step, with no lock held. */
public interface FlushListener {

  /** Something is on the device, and a write buffer is free again. */
  void flushed(Page page, int bytes, long tookNanos);

  /** The device refused; the page has failed. Called once per failed page. */
  void failed(Page page, IOException why);

  /** Nothing will be written to a failed page any more, and this is what was on it. */
  void abandoned(FailedPage failed);
}
