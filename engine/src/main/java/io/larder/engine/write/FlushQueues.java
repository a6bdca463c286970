package io.larder.engine.write;

import io.larder.platform.work.Wakeup;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * The writes that each device owes, in order.
 *
 * <p>Bounded by the write buffers there are, and one seal per page.
 *
 * <p><b>Threads.</b> Any thread submits; the flush steps of a device take, through {@link
 * WritesUnderWay}.
 */
public final class FlushQueues {
  private final List<Queue<Flush>> queues;
  private final Wakeup[] wakeups;

  /** Empty queues for {@code deviceCount} devices. */
  public FlushQueues(int deviceCount) {
    queues =
        IntStream.range(0, deviceCount)
            .<Queue<Flush>>mapToObj(i -> new ConcurrentLinkedQueue<>())
            .toList();
    wakeups = new Wakeup[deviceCount];
    Arrays.fill(wakeups, (Wakeup) () -> {});
  }

  /** Says whom to wake for a device's writes; before the first of them. */
  public void wakes(int deviceIndex, Wakeup wakeup) {
    wakeups[deviceIndex] = wakeup;
  }

  void submit(Flush flush) {
    int device = flush.page().deviceIndex();
    flush.isOwed = true;
    queues.get(device).add(flush);
    wakeups[device].wake();
  }

  /**
   * Every reservation in a buffer has been committed. While the buffer is being filled that is so
   * after each record, and nobody need know.
   */
  void becameReady(Flush flush) {
    // Either this sees that it is owed, or it has become ready before whoever it is owed to looks.
    if (flush.isOwed) {
      wakeups[flush.page().deviceIndex()].wake();
    }
  }

  Queue<Flush> of(int deviceIndex) {
    return queues.get(deviceIndex);
  }

  /** Whether no device owes anything. */
  public boolean areEmpty() {
    return queues.stream().allMatch(Queue::isEmpty);
  }
}
