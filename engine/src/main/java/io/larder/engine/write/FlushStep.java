package io.larder.engine.write;

import io.larder.engine.page.Page;
import io.larder.engine.write.WritesUnderWay.Write;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import java.io.IOException;
import java.util.List;

/**
 * Writes what one device owes, one write per call.
 *
 * <p><b>Threads.</b> One at a time, as every step; several steps may serve one device.
 */
public final class FlushStep implements Step {
  private final WritesUnderWay underWay;
  private final List<BucketWriter> writers;
  private final FlushListener listener;
  private final Clock clock;
  private Wakeup others = () -> {};
  private volatile boolean busy;

  /** Serves the device of {@code underWay}, with which it shares its other steps. */
  public FlushStep(
      WritesUnderWay underWay, List<BucketWriter> writers, FlushListener listener, Clock clock) {
    this.underWay = underWay;
    this.writers = writers;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Wakes one of the steps of a device that is not at a write; one that is looks for another when
   * it is done.
   *
   * @param wakeups of the steps, in their order
   */
  public static void wakeOneOf(List<FlushStep> steps, List<Wakeup> wakeups) {
    for (int i = 0; i < wakeups.size(); i++) {
      if (!steps.get(i).busy) {
        wakeups.get(i).wake();
        return;
      }
    }
  }

  /** Says how to wake another step of the device; before anything is owed. */
  public void wakesOthers(Wakeup wakeup) {
    others = wakeup;
  }

  @Override
  public long run() {
    Write write = underWay.begin();
    if (write == null) {
      return UNTIL_WOKEN;
    }
    busy = true;
    try {
      if (underWay.mayBegin()) {
        others.wake();
      }
      carryOut(write);
    } finally {
      underWay.done(write);
      letCount();
      busy = false;
    }
    return AT_ONCE;
  }

  private void carryOut(Write write) {
    Flush flush = write.flush;
    if (!isWanted(flush)) {
      return;
    }
    long start = clock.nanos();
    try {
      write.bytes = flush.write();
    } catch (IOException e) {
      write.refusal = e;
    }
    write.tookNanos = clock.nanos() - start;
  }

  /** Else the page has failed, and may even have been swept and begun another life since. */
  private static boolean isWanted(Flush flush) {
    return flush.page().isOpenIn(flush.version());
  }

  private void letCount() {
    for (Write write = underWay.beginCounting(); write != null; write = underWay.beginCounting()) {
      try {
        count(write);
      } finally {
        underWay.counted();
      }
    }
  }

  private void count(Write write) {
    Flush flush = write.flush;
    IOException refusal = write.refusal;
    if (refusal != null) {
      listener.refused(flush.page(), refusal);
    }
    if (!isWanted(flush)) {
      drop(flush);
    } else if (refusal != null) {
      listener.failing(flush.page());
      flush.page().fail();
      listener.failed(flush.page());
      detach(flush.page());
      drop(flush);
    } else {
      flush.written(write.bytes);
      if (flush.isFirstOfLife()) {
        listener.lifeBegan(flush.page(), flush.version());
      }
    }
    if (write.bytes > 0) {
      listener.flushed(flush.page(), write.bytes, write.tookNanos);
    }
  }

  private void detach(Page failed) {
    for (BucketWriter writer : writers) {
      OpenDirectory directory = writer.abandon(failed);
      if (directory != null) {
        listener.abandoned(new FailedPage(failed, directory));
        return;
      }
    }
    // The bucket has moved on: the directory comes along with the seal, behind this in the queue.
  }

  private void drop(Flush flush) {
    flush.drop();
    if (flush instanceof SealFlush seal) {
      listener.abandoned(new FailedPage(seal.page(), seal.directory()));
    }
  }
}
