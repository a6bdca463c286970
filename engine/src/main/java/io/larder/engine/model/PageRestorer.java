package io.larder.engine.model;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Who kept addresses into pages in an earlier run, and is shown what is on those that live on.
 *
 * <p><b>Threads.</b> Called by the restore steps, one for each device and all at once, with no lock
 * of the engine held.
 */
public interface PageRestorer {

  /** What has become of a record that was found. */
  enum Answer {
    /** An address points at it again. */
    FOUND,
    /** Its key has been changed since, by a request that could not know of it. */
    CHANGED,
    /** Another record of the same key stands somewhere else; neither is kept. */
    TWICE,
    /** There is no room for an address. */
    NO_ROOM
  }

  /**
   * Points an address at a record, after {@link RestoredPage#count}; any answer but FOUND means
   * that the record is dead.
   */
  Answer restore(RestoredPage page, long keyHash, int offsetUnits, int lengthBytes);

  /**
   * How long the record is, in bytes without padding, whose header seems to stand at {@code at}; 0
   * if none does. At least 32 bytes from there can be looked at.
   */
  int lengthAt(MemorySegment memory, long at);

  /**
   * Looks at a record of a page that was never sealed.
   *
   * @param lengthBytes as {@link #lengthAt} has told; so many bytes from {@code at} have been read
   * @return null if it is not an intact record of this place in this life of the page
   */
  @Nullable ScannedRecord scan(
      MemorySegment memory, long at, int lengthBytes, long pageVersion, int offsetUnits);

  /**
   * A record found by a scan.
   *
   * @param expirySeconds unix seconds; 0 = never
   * @param isFiller whether it only fills room that was abandoned
   */
  record ScannedRecord(long keyHash, long expirySeconds, boolean isFiller) {}

  /** Every page has been shown; called once, by the last step. */
  void restored();
}
