package io.larder.protocol.input;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of input all connections together may keep while it is incomplete.
 *
 * <p>What a connection needs in any case, a partial command line or what it had sent when it was
 * made to wait, is counted but never refused; it is bounded per connection. What a client can make
 * large, a value or the line of a multiget, is refused beyond the cap.
 *
 * <p><b>Threads.</b> Shared by all.
 */
public final class InputBudget {
  private final long capBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public InputBudget(long capBytes) {
    this.capBytes = capBytes;
  }

  /** Takes {@code bytes} if that stays within the cap. */
  public boolean tryTake(long bytes) {
    if (usedBytes.addAndGet(bytes) <= capBytes) {
      return true;
    }
    usedBytes.addAndGet(-bytes);
    return false;
  }

  /** Takes {@code bytes}, whatever the cap. */
  public void take(long bytes) {
    usedBytes.addAndGet(bytes);
  }

  /** Gives back. */
  public void giveBack(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  /** Bytes kept now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  public long capBytes() {
    return capBytes;
  }
}
