package io.larder.tests.conformance.crash;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * The present life of the server, for clients that wait for the next one.
 *
 * <p><b>Threads.</b> Any.
 */
final class Lives {
  @GuardedBy("this")
  private @Nullable Life present;

  @GuardedBy("this")
  private boolean isEnd;

  /** A life has begun. */
  synchronized void begin(Life life) {
    present = life;
    notifyAll();
  }

  /** There will not be another one. */
  synchronized void end() {
    isEnd = true;
    notifyAll();
  }

  /** Waits for another life than the last one; null if there is none to come. */
  synchronized @Nullable Life await(@Nullable Life last) throws InterruptedException {
    while (!isEnd && (present == null || present == last)) {
      wait();
    }
    return isEnd ? null : present;
  }
}
