package io.larder.engine.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.page.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one device that have begun. They begin in the order in which they are owed, but for
 * a directory that must wait, go on beside each other, and count in the order in which they are
 * owed, whichever the device is done with first.
 *
 * <p><b>Threads.</b> Any flush step of the device. The monitor is held for a moment only, with no
 * other lock, and never while the device works.
 */
public final class WritesUnderWay {
  /*
   * A device that is given the next write only when it is done with the one before stands still
   * meanwhile. Two are enough for that: while one is written the other is on its way.
   *
   * A page's directory is not written before its records are on the device: whatever ends the
   * process, a sealed page holds what it says. Meanwhile the records of the page that comes after it
   * go before it, or the device would have one write only at each page's end.
   */

  /** At the device at once; a page has one write buffer more, to be filled meanwhile. */
  public static final int COUNT_MAX = 2;

  /** How far behind the first that does not count yet another may begin. */
  private static final int AHEAD_MAX = 4;

  private final Queue<Flush> owed;

  @GuardedBy("this")
  private final List<Write> begun = new ArrayList<>();

  /** Somebody lets the first of them count. */
  @GuardedBy("this")
  private boolean counting;

  /** Nothing of what device {@code deviceIndex} owes has begun. */
  public WritesUnderWay(FlushQueues queues, int deviceIndex) {
    this.owed = queues.of(deviceIndex);
  }

  /** One that has begun; what became of it is said by who wrote it, before {@link #done}. */
  static final class Write {
    final Flush flush;
    int bytes;
    long tookNanos;

    /** Why the device refused, or null. */
    @Nullable IOException refusal;

    private boolean isDone;

    private Write(Flush flush) {
      this.flush = flush;
    }
  }

  /** The next write, which is the caller's now; null when none may begin. */
  synchronized @Nullable Write begin() {
    Flush next = next();
    if (next == null) {
      return null;
    }
    Write write = new Write(next);
    begun.add(write);
    return write;
  }

  /** Whether there is one that may begin now. */
  synchronized boolean mayBegin() {
    return next() != null;
  }

  @GuardedBy("this")
  private @Nullable Flush next() {
    if (begun.stream().filter(write -> !write.isDone).count() >= COUNT_MAX) {
      return null;
    }
    Iterator<Flush> waiting = owed.iterator();
    for (int i = 0; i < AHEAD_MAX && waiting.hasNext(); i++) {
      Flush next = waiting.next();
      if (begunFor(next) != null) {
        continue;
      }
      if (!next.isReady()) {
        return null;
      }
      if (!(next.comesAfterItsPage() && isUnderWay(next.page()))) {
        return next;
      }
    }
    return null;
  }

  @GuardedBy("this")
  private @Nullable Write begunFor(Flush flush) {
    for (Write write : begun) {
      if (write.flush == flush) {
        return write;
      }
    }
    return null;
  }

  @GuardedBy("this")
  private boolean isUnderWay(Page page) {
    return begun.stream().anyMatch(write -> write.flush.page() == page);
  }

  /** The device is done with it. */
  synchronized void done(Write write) {
    write.isDone = true;
  }

  /**
   * The first write that is owed, if the device is done with it and nobody lets it count yet: the
   * caller does, and then says {@link #counted}.
   */
  synchronized @Nullable Write beginCounting() {
    Flush first = owed.peek();
    Write write = counting || first == null ? null : begunFor(first);
    if (write == null || !write.isDone) {
      return null;
    }
    counting = true;
    return write;
  }

  /** The first write counts. Only now is it owed no more: who asks must not miss it on its way. */
  synchronized void counted() {
    counting = false;
    Flush first = owed.remove();
    begun.removeIf(write -> write.flush == first);
  }
}
