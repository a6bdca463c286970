package io.larder.engine.model;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Who knows what a record looks like, and is shown places where one may stand.
 *
 * <p><b>Threads.</b> Any; with no lock of the engine held.
 */
public interface RecordFinder {

  /**
   * How long the record is, in bytes without padding, whose header seems to stand at {@code at}; 0
   * if none does. At least 32 bytes from there can be looked at.
   */
  int lengthAt(MemorySegment memory, long at);

  /**
   * Whether what stands at {@code at} says of itself that it was written in that life of its page,
   * intact or not. At least 32 bytes from there can be looked at.
   */
  boolean isOfLife(MemorySegment memory, long at, long pageVersion);

  /**
   * Looks at a record of a page.
   *
   * @param lengthBytes as {@link #lengthAt} has told; so many bytes from {@code at} have been read
   * @return null if it is not an intact record of this place in this life of the page
   */
  @Nullable ScannedRecord scan(
      MemorySegment memory, long at, int lengthBytes, long pageVersion, int offsetUnits);

  /**
   * A record found.
   *
   * @param expirySeconds unix seconds; 0 = never
   * @param isFiller whether it only fills room that was abandoned
   */
  record ScannedRecord(long keyHash, long expirySeconds, boolean isFiller) {}
}
