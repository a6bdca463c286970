package io.larder.engine.state;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Lets many who wait for the device share one force: who finds one under way waits, and is served
 * by the next.
 *
 * <p><b>Threads.</b> Any. Its monitor is held for a moment only, never while the device works.
 */
final class GroupCommit {
  @GuardedBy("this")
  private long committed;

  @GuardedBy("this")
  private boolean isTaken;

  /**
   * Waits for a turn, unless somebody else commits what is wanted first.
   *
   * @return whether the caller has the turn and ends it with {@link #end}; else there is nothing
   *     left to do
   */
  synchronized boolean begin(long wanted) {
    boolean interrupted = false;
    try {
      while (isTaken && committed < wanted) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (committed >= wanted) {
      return false;
    }
    isTaken = true;
    return true;
  }

  /** Waits for a turn whatever has been committed. */
  void beginAlone() {
    begin(Long.MAX_VALUE);
  }

  /** Ends the caller's turn: everything up to {@code upTo} is committed. */
  synchronized void end(long upTo) {
    committed = Math.max(committed, upTo);
    isTaken = false;
    notifyAll();
  }
}
