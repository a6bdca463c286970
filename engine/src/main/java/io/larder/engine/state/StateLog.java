package io.larder.engine.state;

/**
 * Notes that outlive the process. Each is made before what it is about happens: a record leaves the
 * index after its tombstone, or after its page's mark went to 0.
 *
 * <p>A note survives the end of the process when the call returns; a loss of power when {@link
 * #force} has returned after it, and only where that was asked for.
 *
 * <p><b>Threads.</b> Any.
 */
public interface StateLog {
  /** Keeps nothing. */
  StateLog NONE = new NoStateLog();

  /** Whether notes are kept: never by {@link #NONE}, and no longer once one could not be. */
  boolean isKept();

  /**
   * Records on the page count from now on if they have this version.
   *
   * @param version above every one the page was marked with; 0 when nothing on the page counts
   */
  void mark(int pageId, long version);

  /** The record there does not count. */
  void tombstone(int pageId, long version, int offsetUnits);

  /** Takes an earlier tombstone back. */
  void revive(int pageId, long version, int offsetUnits);

  /** The figure is {@code value} from now on. */
  void value(StateValue which, long value);

  /** Records of that key in pages with a version up to the hash floor of this run do not count. */
  void keyChanged(long keyHash);

  /** Every {@link #keyChanged} so far is void: what it was about has its tombstone. */
  void rebuilt();

  /**
   * Where notes are to survive a loss of power: returns when those made before the call would. Else
   * returns at once. To be called with no lock held.
   */
  void force();

  /**
   * Nothing happens to the flash after this: it survives a loss of power whatever was asked for.
   */
  void endedCleanly();
}
