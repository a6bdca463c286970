package io.larder.server.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.Channel;
import java.util.ArrayList;
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

  /** Whether one more client may come; if so, it counts until {@link #leave}. */
  synchronized boolean enter() {
    if (refuses && count >= connectionsMax) {
      refusedCount++;
      return false;
    }
    count++;
    totalCount++;
    if (!refuses && count >= connectionsMax && accepting) {
      pauseCount++;
      pausedAtNanos = System.nanoTime();
      setAccepting(false);
    }
    return true;
  }

  /** A client has gone. */
  synchronized void leave() {
    count--;
    if (!accepting && count < connectionsMax && !listeners.isEmpty()) {
      pausedNanos += System.nanoTime() - pausedAtNanos;
      setAccepting(true);
    }
  }

  /** Never accepts again. */
  synchronized void stop() {
    listeners.clear();
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
