package io.larder.tests.conformance.crash;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The orders to let everything die that have been granted.
 *
 * <p>They are given one at a time, and none while a delayed one is waiting.
 *
 * <p><b>Threads.</b> Any.
 */
final class Flushes {
  /**
   * At once: what had been over when it was asked is dead for who asks when it has been granted.
   */
  private record Flush(Moment asked, Moment granted) {}

  /** Later: what was over before the first of these seconds is dead from the second one on. */
  private record Due(long earliestSeconds, long latestSeconds) {}

  @GuardedBy("this")
  private final List<Flush> flushes = new ArrayList<>();

  @GuardedBy("this")
  private final List<Due> dues = new ArrayList<>();

  synchronized void granted(Moment asked, Moment granted) {
    flushes.add(new Flush(asked, granted));
  }

  synchronized void grantedLater(Moment asked, Moment granted, long delaySeconds) {
    dues.add(new Due(asked.seconds() + delaySeconds, granted.seconds() + delaySeconds));
  }

  /** Whether a delayed one has been granted that is not over for sure. */
  synchronized boolean isWaiting(Moment now) {
    return !dues.isEmpty() && now.seconds() <= dues.getLast().latestSeconds();
  }

  /** The server has forgotten what it had not carried out. */
  synchronized void forgetWaiting(Moment now) {
    dues.removeIf(due -> due.latestSeconds() >= now.seconds());
  }

  /** Why an item is dead for who asks at a moment; null if it need not be. */
  synchronized @Nullable String deathOf(Held held, Moment asked) {
    Moment settled = held.settled;
    if (settled == null) {
      return null;
    }
    for (Flush flush : flushes) {
      if (settled.isBefore(flush.asked()) && flush.granted().isBefore(asked)) {
        return "a flush_all was granted behind it";
      }
    }
    for (Due due : dues) {
      if (settled.seconds() < due.earliestSeconds() && due.latestSeconds() <= asked.seconds()) {
        return "a delayed flush_all was due at second " + due.latestSeconds();
      }
    }
    return null;
  }
}
