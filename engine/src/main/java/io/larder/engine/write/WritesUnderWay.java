package io.larder.engine.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one device that have begun. They begin in the order in which they are owed, go on
 * beside each other, and count in that order again, whichever the device is done with first.
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
   * process, a sealed page holds what it says.
   */

  /** As many as a page has write buffers. */
  public static final int COUNT_MAX = 2;

  private final Queue<Flush> owed;

  @GuardedBy("this")
  private final Deque<Write> begun = new ArrayDeque<>();

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
    if (begun.size() == COUNT_MAX) {
      return null;
    }
    Iterator<Flush> waiting = owed.iterator();
    for (int i = 0; i < begun.size(); i++) {
      waiting.next();
    }
    if (!waiting.hasNext()) {
      return null;
    }
    Flush next = waiting.next();
    return next.isReady() && !(next.comesAfterItsPage() && isUnderWay(next)) ? next : null;
  }

  @GuardedBy("this")
  private boolean isUnderWay(Flush ofPage) {
    return begun.stream().anyMatch(write -> write.flush.page() == ofPage.page());
  }

  /** The device is done with it. */
  synchronized void done(Write write) {
    write.isDone = true;
  }

  /**
   * The first write, if the device is done with it and nobody lets it count yet: the caller does,
   * and then says {@link #counted}.
   */
  synchronized @Nullable Write beginCounting() {
    Write first = begun.peek();
    if (counting || first == null || !first.isDone) {
      return null;
    }
    counting = true;
    return first;
  }

  /** The first write counts. Only now is it owed no more: who asks must not miss it on its way. */
  synchronized void counted() {
    counting = false;
    begun.remove();
    owed.remove();
  }
}
