package io.larder.engine.inspect;

import io.larder.engine.model.RecordFinder.ScannedRecord;
import java.lang.foreign.MemorySegment;

/** Is shown what a walk over a device finds. */
public interface WalkListener {

  /**
   * An intact record.
   *
   * @param memory holds it at {@code at}, during the call only
   * @param offsetBytes where in its page it stands
   */
  void record(
      MemorySegment memory,
      long at,
      int row,
      int offsetBytes,
      ScannedRecord record,
      RecordStanding standing);

  /**
   * Something is not as it was written.
   *
   * @param offsetBytes where on the device
   * @param what in words that follow the place
   */
  void damage(int row, long offsetBytes, String what);

  /** A page has been looked at. */
  void page(PageLook look);
}
