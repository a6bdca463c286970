package io.larder.engine.model;

/**
 * Who kept addresses into pages in an earlier run, and is shown what is on those that live on.
 *
 * <p><b>Threads.</b> Called by the restore steps, several at once, with no engine lock held.
 */
public interface PageRestorer extends RecordFinder {

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
   * Says which keys the next calls of {@link #restore} will be about, so that what is looked at for
   * them can be brought near together rather than one after the other.
   *
   * @param keyHashes those from {@code from} to {@code to} - 1
   */
  void willBeAsked(long[] keyHashes, int from, int to);

  /** How many groups of keys there are. */
  int GROUP_COUNT = 1 << 17;

  /**
   * The group of a key: those of one group are best asked about one after the other.
   *
   * @return from 0 to {@link #GROUP_COUNT} - 1
   */
  int groupOf(long keyHash);

  /**
   * Grows with every request that is answered, more or less: as long as it does, records are shown
   * at a third of the pace.
   */
  long requestCount();

  /** Every page has been shown; called once, by the last step. */
  void restored();
}
