package io.larder.protocol.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import io.larder.protocol.reply.ReplyChain;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries lines from every {@link WorkerLog} to every {@link Watcher} that wants them.
 *
 * <p><b>Threads.</b> The step is run by one at a time, as every step; the rest is for any.
 */
public final class WatchLog implements Step {
  /*
   * Who has something to tell writes a finished line into a ring of its own and goes on: it takes no
   * lock and waits for nobody. This step looks at the rings, often while there is something in them
   * and more and more seldom while there is not; it is woken only when a ring is half full.
   */

  /** As many as memcached allows. */
  public static final int WATCHERS_MAX = 20;

  /** What each watcher's lines may take, as memcached has it. */
  public static final int WATCHER_BYTES_DEFAULT = 256 << 10;

  /** What each thread's lines may take, as memcached has it. */
  public static final int WORKER_BYTES_DEFAULT = 64 << 10;

  private static final long PAUSE_NANOS_MIN = 1_000_000;
  private static final long PAUSE_NANOS_MAX = 64_000_000;

  private final Clock clock;
  private final int workerBytes;
  private final int watcherBytes;
  private final AtomicLong numbers = new AtomicLong();
  private final List<WorkerLog> workers = new CopyOnWriteArrayList<>();

  /** Replaced as a whole. */
  private volatile List<Watcher> watchers = List.of();

  private volatile @Nullable Wakeup wakeup;
  private volatile long sentCount;
  private volatile long skippedCount;
  private volatile WatchSnapshot resetAt = WatchSnapshot.NONE;

  // --- the step's own

  private final byte[] head = new byte[WorkerLog.HEAD_BYTES];
  private final byte[] line = new byte[WorkerLog.LINE_BYTES_MAX];
  private long pauseNanos = PAUSE_NANOS_MIN;

  /**
   * A log that nobody watches yet.
   *
   * @param workerBytes what the lines of each thread may take until they are carried on
   * @param watcherBytes what the lines for each watcher may take until they are sent
   */
  public WatchLog(Clock clock, int workerBytes, int watcherBytes) {
    this.clock = clock;
    this.workerBytes = Math.max(workerBytes, 2 * WorkerLog.LINE_BYTES_MAX);
    this.watcherBytes = Math.max(watcherBytes, 2 * WorkerLog.LINE_BYTES_MAX);
  }

  /** What wakes the step. Once, before anybody watches. */
  public void wokenBy(Wakeup wakeup) {
    this.wakeup = wakeup;
  }

  /** For one more thread that has something to tell. */
  public synchronized WorkerLog newWorker() {
    WorkerLog worker = new WorkerLog(clock, numbers, workerBytes, this::wake);
    workers.add(worker);
    worker.setTopics(topics());
    return worker;
  }

  /**
   * Adds a watcher, which hears what is told from now on.
   *
   * @param topics bits of {@link WatchTopic}s
   * @param replies where its lines go, asked on its loop
   * @param wakeup tells its loop that there are some; called by the step
   * @return null when there are too many
   */
  public synchronized @Nullable Watcher add(
      int topics, Supplier<ReplyChain> replies, Runnable wakeup) {
    if (watchers.size() >= WATCHERS_MAX) {
      return null;
    }
    Watcher watcher = new Watcher(this, topics, numbers.get(), watcherBytes, replies, wakeup);
    List<Watcher> more = new ArrayList<>(watchers);
    more.add(watcher);
    watchers = List.copyOf(more);
    tellTopics();
    wake();
    return watcher;
  }

  private void wake() {
    Wakeup wakes = wakeup;
    if (wakes != null) {
      wakes.wake();
    }
  }

  synchronized void remove(Watcher watcher) {
    List<Watcher> fewer = new ArrayList<>(watchers);
    fewer.remove(watcher);
    watchers = List.copyOf(fewer);
    tellTopics();
  }

  @GuardedBy("this")
  private void tellTopics() {
    int wanted = topics();
    workers.forEach(worker -> worker.setTopics(wanted));
  }

  private int topics() {
    int topics = 0;
    for (Watcher watcher : watchers) {
      topics |= watcher.topics();
    }
    return topics;
  }

  // --- the step

  @Override
  public long run() {
    List<Watcher> now = watchers;
    boolean moved = false;
    for (WorkerLog worker : workers) {
      ByteRing ring = worker.ring();
      if (ring != null && ring.available() > 0) {
        carry(ring, now);
        moved = true;
      }
    }
    now.forEach(Watcher::wake);
    if (watchers.isEmpty()) {
      return UNTIL_WOKEN;
    }
    pauseNanos = moved ? PAUSE_NANOS_MIN : Math.min(2 * pauseNanos, PAUSE_NANOS_MAX);
    return pauseNanos;
  }

  /** Carries on what is there now, and not what comes meanwhile: a step is bounded. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // Only the step writes them.
  private void carry(ByteRing ring, List<Watcher> to) {
    int left = ring.available();
    while (left > 0) {
      ring.take(head, head.length);
      ByteBuffer fields = ByteBuffer.wrap(head);
      int length = fields.getInt();
      int topic = fields.getInt();
      long number = fields.getLong();
      ring.take(line, length);
      left -= head.length + length;
      for (Watcher watcher : to) {
        if (watcher.wants(topic, number)) {
          if (watcher.offer(line, length)) {
            sentCount++;
          } else {
            skippedCount++;
          }
        }
      }
    }
  }

  // --- statistics

  /** What has been carried since the start or the last reset. */
  public WatchSnapshot snapshot() {
    return total().since(resetAt);
  }

  /** Starts the counters at 0 again. */
  public void resetCounters() {
    resetAt = total();
  }

  private WatchSnapshot total() {
    return new WatchSnapshot(
        workers.stream().mapToLong(WorkerLog::droppedCount).sum(),
        workers.stream().mapToLong(WorkerLog::writtenCount).sum(),
        skippedCount,
        sentCount,
        watchers.size());
  }
}
