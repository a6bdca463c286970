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
    queues.get(device).add(flush);
    wakeups[device].wake();
  }

  /** The last reservation in a buffer has been committed. */
  void becameReady(Flush flush) {
    wakeups[flush.page().deviceIndex()].wake();
  }

  Queue<Flush> of(int deviceIndex) {
    return queues.get(deviceIndex);
  }

  /** Whether no device owes anything. */
  public boolean areEmpty() {
    return queues.stream().allMatch(Queue::isEmpty);
  }
}
