package io.larder.server.stats;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.time.Clock;

/**
 * A clock of which tests move the seconds: the only one that may go backwards, and only then. Time
 * for intervals is the machine's.
 *
 * <p><b>Threads.</b> Any.
 */
public final class MovableClock implements Clock {
  private final Clock machine;

  @GuardedBy("this")
  private long movedSeconds;

  @GuardedBy("this")
  private boolean held;

  /** While it is held: the time it stands at, moves left aside. */
  @GuardedBy("this")
  private long heldAtSeconds;

  public MovableClock(Clock machine) {
    this.machine = machine;
  }

  @Override
  public synchronized long unixSeconds() {
    return (held ? heldAtSeconds : machine.unixSeconds()) + movedSeconds;
  }

  @Override
  public long nanos() {
    return machine.nanos();
  }

  /** Stops it, or lets it go on from where it stands. */
  synchronized void hold(boolean hold) {
    if (hold && !held) {
      heldAtSeconds = machine.unixSeconds();
    } else if (!hold && held) {
      movedSeconds -= machine.unixSeconds() - heldAtSeconds;
    }
    held = hold;
  }

  /** Moves it, forth or back. */
  synchronized void move(long seconds) {
    movedSeconds += seconds;
  }
}
