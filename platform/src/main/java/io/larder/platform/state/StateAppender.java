package io.larder.platform.state;

import java.io.IOException;

/**
 * A state file that is written. What was appended survives the end of the process at once, and a
 * loss of power from the next {@link #force} on.
 *
 * <p>Behind the last note there is always at least one slot that is zero: a file without one was
 * cut off.
 *
 * <p>It begins unpublished, and closing it then takes it away.
 *
 * <p><b>Threads.</b> {@link #append}, {@link #noteCount}, {@link #wantsRoom} and {@link #publish}
 * are for one thread at a time: the caller locks. {@link #makeRoom}, {@link #force} and {@link
 * #copyTo} may run in other threads meanwhile; {@link #close} only when nothing else runs.
 */
public interface StateAppender extends AutoCloseable {
  /**
   * Puts a note behind the others. A reader finds either all of it, or its first half with a second
   * of zero.
   *
   * @param second is not 0
   * @throws IOException when there is no room for it; nothing of it is then in the file
   */
  void append(long first, long second) throws IOException;

  /** How many notes there are. */
  long noteCount();

  /** Whether {@link #makeRoom} should be called soon, so that no append has to do it. */
  boolean wantsRoom();

  /** Prepares room for more notes; does nothing where some is prepared. */
  void makeRoom() throws IOException;

  /**
   * Shows notes that were appended.
   *
   * @param fromIndex of the first
   * @param toIndex of the one behind the last, at most the {@link #noteCount} that the caller has
   *     seen
   */
  void copyTo(long fromIndex, long toIndex, StateReader.NoteVisitor visitor) throws IOException;

  /**
   * Returns when everything appended before the call, and the publication if that came before it
   * too, would survive a loss of power.
   */
  void force() throws IOException;

  /** Makes this, in one piece, the file that {@link StateStorage#open} finds. */
  void publish() throws IOException;

  @Override
  void close() throws IOException;
}
