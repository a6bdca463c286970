package io.larder.cache.model;

/**
 * Goes over every item of both tiers, a few at a time, and shows each to its {@link ItemVisitor}.
 *
 * <p>A key that is there from the beginning to the end of the walk is shown exactly once, wherever
 * its record is moved meanwhile; one that comes or goes meanwhile may be shown or not. A key whose
 * record the device will not read, or not as it was written, is left out.
 *
 * <p>Life: {@link #advance} until it has ended, or until nobody wants to know any more; then {@link
 * #close}, after which nothing is shown.
 *
 * <p><b>Threads.</b> Confined to the thread of its executor.
 */
public interface ItemWalk extends AutoCloseable {

  /** How far a walk has come. */
  enum Progress {
    /** There are more items. */
    MORE,
    /** It waits for the device; {@link ItemVisitor#readsEnded} says when to go on. */
    WAITS,
    /** Every item has been shown. */
    ENDED
  }

  /** Goes on, over about {@code itemCount} items. */
  Progress advance(int itemCount);

  /** Ends the walk, wherever it is. */
  @Override
  void close();
}
