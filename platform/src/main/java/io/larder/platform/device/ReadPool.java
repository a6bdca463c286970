package io.larder.platform.device;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A fixed number of daemon threads that read devices for any number of {@link PooledReadQueue}s.
 *
 * <p>How many reads may wait here is not bounded here: whoever submits a read has paid for its
 * buffer out of a budget.
 *
 * <p><b>Threads.</b> Any. The threads are never interrupted, because an interrupt would close the
 * file under them.
 */
public final class ReadPool implements AutoCloseable {
  private static final long CLOSE_WAIT_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final ReadFailures failures = new ReadFailures();

  /** Starts threads named {@code prefix-read-1} and so on. */
  public ReadPool(String prefix, int threadCount) {
    ThreadFactory named = Thread.ofPlatform().daemon().name(prefix + "-read-", 1).factory();
    threads =
        new ThreadPoolExecutor(
            threadCount, threadCount, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named);
  }

  /** A queue whose reads complete on {@code owner}, which must run one task at a time. */
  public ReadQueue newQueue(Executor owner) {
    return new PooledReadQueue(this, owner);
  }

  /** Failures of all queues together. */
  public ReadFailures failures() {
    return failures;
  }

  /**
   * Hands a task to the threads.
   *
   * @throws java.util.concurrent.RejectedExecutionException when the pool is closed
   */
  void execute(Runnable task) {
    threads.execute(task);
  }

  /** Ends the threads once they have read what was submitted; queues are closed before. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = Thread.interrupted();
    try {
      threads.awaitTermination(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
