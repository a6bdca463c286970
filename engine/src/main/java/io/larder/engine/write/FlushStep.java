package io.larder.engine.write;

import io.larder.engine.page.Page;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import java.io.IOException;
import java.util.List;
import java.util.Queue;

/**
 * Writes what one device owes, one write per call.
 *
 * <p><b>Threads.</b> One at a time, as every step.
 */
public final class FlushStep implements Step {
  private final Queue<Flush> queue;
  private final List<BucketWriter> writers;
  private final FlushListener listener;
  private final Clock clock;

  /** Serves the queue of {@code deviceIndex}. */
  public FlushStep(
      FlushQueues queues,
      int deviceIndex,
      List<BucketWriter> writers,
      FlushListener listener,
      Clock clock) {
    this.queue = queues.of(deviceIndex);
    this.writers = writers;
    this.listener = listener;
    this.clock = clock;
  }

  @Override
  public long run() {
    Flush flush = queue.peek();
    if (flush == null || !flush.isReady()) {
      return UNTIL_WOKEN;
    }
    try {
      if (flush.page().isOpenIn(flush.version())) {
        write(flush);
      } else {
        // The page has failed, and may even have been swept and begun another life since.
        drop(flush);
      }
    } finally {
      // Only now: who asks whether anything is owed must not miss what is on its way.
      queue.remove();
    }
    return AT_ONCE;
  }

  private void write(Flush flush) {
    long start = clock.nanos();
    try {
      int bytes = flush.write();
      if (flush.isFirstOfLife()) {
        listener.lifeBegan(flush.page(), flush.version());
      }
      listener.flushed(flush.page(), bytes, clock.nanos() - start);
    } catch (IOException e) {
      listener.failing(flush.page());
      flush.page().fail();
      listener.failed(flush.page(), e);
      detach(flush.page());
      drop(flush);
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
