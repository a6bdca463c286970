package io.larder.engine.model;

/**
 * Who keeps addresses into pages, and must let go of them before a page is given up.
 *
 * <p><b>Threads.</b> Called by the reclaim step only, with no lock of the engine held.
 */
public interface PageOwner {

  /**
   * Lets go of one record of a page that is being given up: drops its address, or moves the record
   * to another page first.
   *
   * @return false to be asked about the same record again later, because a rescue has to wait for a
   *     flush
   */
  boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits);

  /** Every record of a page has been left, and it is about to close. */
  default void left(PageSweep sweep) {}

  /** Lets go of every address into a page whose directory cannot be read. */
  void leaveUnread(int pageId, GiveUpReason reason);
}
