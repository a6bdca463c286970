package io.larder.platform.work;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives every step a daemon thread of its own. */
public final class ThreadWork implements Work {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadWork.class);

  /** Pause after a step has thrown, so that a broken step cannot take a whole core. */
  private static final long FAILURE_PAUSE_NANOS = 100_000_000;

  private final String prefix;

  @GuardedBy("this")
  private final List<StepThread> threads = new ArrayList<>();

  @GuardedBy("this")
  private boolean closed;

  /** Names its threads {@code prefix-step}. */
  public ThreadWork(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public synchronized Wakeup start(String name, Step step) {
    if (closed) {
      throw new IllegalStateException("closed: " + name + " cannot start");
    }
    StepThread thread = new StepThread(prefix + "-" + name, step);
    threads.add(thread);
    thread.start();
    return thread;
  }

  @Override
  public void close() {
    List<StepThread> stopping;
    synchronized (this) {
      closed = true;
      stopping = List.copyOf(threads);
      threads.clear();
    }
    stopping.forEach(StepThread::stop);
    stopping.forEach(StepThread::join);
  }

  private static final class StepThread implements Wakeup, Runnable {
    private final Thread thread;
    private final Step step;
    private volatile boolean woken;
    private volatile boolean stopped;

    StepThread(String name, Step step) {
      this.step = step;
      this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
    }

    void start() {
      thread.start();
    }

    @Override
    public void wake() {
      if (!woken) {
        woken = true;
        LockSupport.unpark(thread);
      }
    }

    void stop() {
      stopped = true;
      LockSupport.unpark(thread);
    }

    void join() {
      if (Thread.currentThread() == thread) {
        throw new IllegalStateException(thread.getName() + " cannot end the work that drives it");
      }
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void run() {
      while (!stopped) {
        woken = false;
        sleep(runOnce());
      }
    }

    private long runOnce() {
      try {
        return step.run();
      } catch (RuntimeException | Error e) {
        LOG.error("{} failed and will be tried again", thread.getName(), e);
        return FAILURE_PAUSE_NANOS;
      }
    }

    private void sleep(long nanos) {
      if (nanos <= 0) {
        return;
      }
      long start = System.nanoTime();
      while (!woken && !stopped) {
        if (nanos == Step.UNTIL_WOKEN) {
          LockSupport.park(this);
        } else {
          long left = nanos - (System.nanoTime() - start);
          if (left <= 0) {
            return;
          }
          LockSupport.parkNanos(this, left);
        }
      }
    }
  }
}
