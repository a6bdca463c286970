package io.larder.server.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * How many clients may be connected at once.
 *
 * <p>Beyond that a client is refused with a line that says so, or, where that is not wanted, no
 * connection is accepted until one has ended: the next clients wait in the kernel's queue.
 *
 * <p><b>Threads.</b> Any.
 */
final class ConnectionLimit {
  private final int connectionsMax;
  private final boolean refuses;

  @GuardedBy("this")
  private final List<Channel> listeners = new ArrayList<>();

  @GuardedBy("this")
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private int count;

  @GuardedBy("this")
  private long totalCount;

  @GuardedBy("this")
  private long refusedCount;

  @GuardedBy("this")
  private boolean accepting;

  @GuardedBy("this")
  private long pauseCount;

  @GuardedBy("this")
  private long pausedNanos;

  @GuardedBy("this")
  private long pausedAtNanos;

  ConnectionLimit(int connectionsMax, boolean refuses) {
    this.connectionsMax = connectionsMax;
    this.refuses = refuses;
  }

  /** Starts accepting on {@code channels}, which do not read by themselves. */
  synchronized void accept(List<Channel> channels) {
    listeners.addAll(channels);
    setAccepting(true);
  }

  /** What becomes of one more client. */
  enum Admission {
    /** It is served, and counts until {@link #leave}. */
    SERVED,
    /** It is turned away. */
    REFUSED,
    /** It is served when another one has left. */
    WAITS
  }

  /**
   * One more client has come.
   *
   * @param later serves it if it has to wait; run by the thread of one that leaves
   */
  synchronized Admission enter(Runnable later) {
    if (count < connectionsMax) {
      admit();
      return Admission.SERVED;
    }
    if (refuses) {
      refusedCount++;
      return Admission.REFUSED;
    }
    // Accepted before the pause took hold.
    waiting.add(later);
    return Admission.WAITS;
  }

  @GuardedBy("this")
  private void admit() {
    count++;
    totalCount++;
    if (!refuses && count >= connectionsMax && accepting) {
      pauseCount++;
      pausedAtNanos = System.nanoTime();
      setAccepting(false);
    }
  }

  /** A client has gone. */
  synchronized void leave() {
    count--;
    Runnable next = waiting.poll();
    if (next != null) {
      admit();
      next.run();
    } else if (!accepting && !listeners.isEmpty()) {
      pausedNanos += System.nanoTime() - pausedAtNanos;
      setAccepting(true);
    }
  }

  /** Never accepts again. */
  synchronized void stop() {
    listeners.clear();
    waiting.clear();
  }

  @GuardedBy("this")
  private void setAccepting(boolean value) {
    accepting = value;
    for (Channel listener : listeners) {
      listener.config().setAutoRead(value);
    }
  }

  /** The counts at this moment. */
  synchronized NetSnapshot snapshot(long idleClosedCount) {
    long nanos = accepting ? pausedNanos : pausedNanos + System.nanoTime() - pausedAtNanos;
    return new NetSnapshot(
        count, totalCount, refusedCount, accepting, pauseCount, nanos / 1000, idleClosedCount);
  }
}
