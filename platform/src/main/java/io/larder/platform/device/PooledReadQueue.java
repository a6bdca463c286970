package io.larder.platform.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads through the threads of a {@link ReadPool}.
 *
 * <p><b>Life.</b> {@link #close} gives back at once what no thread has begun, and waits for the
 * reads that a thread is in the middle of. Should the device not answer within ten seconds, those
 * reads never complete, because the device may yet write into their buffers; the log says so.
 *
 * <p><b>Threads.</b> The owner calls every method, and completions run there. The pool's threads
 * meet the owner in one place, the stack of tickets that are done.
 */
final class PooledReadQueue implements ReadQueue {
  /*
   * A thread that has read pushes its ticket on a stack; only the one who finds the stack empty
   * hands the owner a task, and that task takes the whole stack. Under load one task thus carries
   * many completions, and a turn of the owner's loop costs one wake-up, not one per read.
   */

  private static final Logger LOG = LoggerFactory.getLogger(PooledReadQueue.class);
  private static final int FAILED = -1;
  private static final long CLOSE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long CLOSE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ReadPool pool;
  private final Executor owner;
  private final Runnable completeDone = this::completeDone;

  /** Top of the stack of tickets that are done; where the threads meet. */
  private final AtomicReference<@Nullable Ticket> done = new AtomicReference<>();

  /** Every ticket ever made, for {@link #close}. */
  private final List<Ticket> tickets = new ArrayList<>();

  private final ArrayDeque<Ticket> idle = new ArrayDeque<>();
  private final ArrayDeque<Ticket> ready = new ArrayDeque<>();
  private int inFlightCount;
  private boolean closed;

  PooledReadQueue(ReadPool pool, Executor owner) {
    this.pool = pool;
    this.owner = owner;
  }

  @Override
  public void submit(DeviceRead read) {
    Ticket ticket = idle.poll();
    if (ticket == null) {
      ticket = new Ticket();
      tickets.add(ticket);
    }
    inFlightCount++;
    ticket.issue(read);
    if (closed) {
      ticket.end(FAILED);
      return;
    }
    try {
      pool.execute(ticket);
    } catch (RejectedExecutionException e) {
      pool.failures().failed(read, "the read pool is closed");
      ticket.end(FAILED);
    }
  }

  @Override
  public int inFlightCount() {
    return inFlightCount;
  }

  @Override
  public void close() {
    closed = true;
    for (Ticket ticket : List.copyOf(tickets)) {
      if (ticket.takeBack()) {
        complete(ticket);
      }
    }
    long start = System.nanoTime();
    completeDone();
    while (inFlightCount > 0) {
      if (System.nanoTime() - start > CLOSE_WAIT_NANOS) {
        LOG.error("{} reads have not come back from the device and are left behind", inFlightCount);
        return;
      }
      LockSupport.parkNanos(this, CLOSE_POLL_NANOS);
      completeDone();
    }
  }

  /** Called by any thread. */
  private void push(Ticket ticket) {
    Ticket top;
    do {
      top = done.get();
      ticket.below = top;
    } while (!done.compareAndSet(top, ticket));
    if (top == null) {
      try {
        owner.execute(completeDone);
      } catch (RejectedExecutionException e) {
        LOG.warn("the owner of a read queue has ended; its reads complete when it is closed");
      }
    }
  }

  private void completeDone() {
    // A completion may close the queue, which comes back here; so the batch is not a local.
    takeDone();
    for (Ticket ticket = ready.poll(); ticket != null; ticket = ready.poll()) {
      complete(ticket);
    }
  }

  /** Takes the whole stack, which has the youngest on top, and lines it up oldest first. */
  private void takeDone() {
    Ticket youngest = done.getAndSet(null);
    Ticket oldest = null;
    while (youngest != null) {
      Ticket next = youngest.below;
      youngest.below = oldest;
      oldest = youngest;
      youngest = next;
    }
    while (oldest != null) {
      ready.add(oldest);
      oldest = oldest.takeBelow();
    }
  }

  private void complete(Ticket ticket) {
    DeviceRead read = ticket.read();
    int result = closed ? FAILED : ticket.result;
    ticket.read = null;
    inFlightCount--;
    if (!closed) {
      idle.push(ticket);
    }
    try {
      read.completed(result);
    } catch (RuntimeException e) {
      LOG.error("what was to be done after a read has failed", e);
    }
  }

  /** One read on its way: owned by the owner, then by a thread, then by the owner again. */
  private final class Ticket implements Runnable {
    private static final int WAITING = 0;
    private static final int READING = 1;
    private static final int TAKEN_BACK = 2;
    private static final int DONE = 3;

    private final AtomicInteger state = new AtomicInteger(DONE);
    private @Nullable DeviceRead read;
    private @Nullable Ticket below;
    private int result;

    void issue(DeviceRead next) {
      read = next;
      state.set(WAITING);
    }

    DeviceRead read() {
      DeviceRead present = read;
      if (present == null) {
        throw new IllegalStateException("ticket without a read, in state " + state);
      }
      return present;
    }

    @Nullable Ticket takeBelow() {
      Ticket next = below;
      below = null;
      return next;
    }

    boolean takeBack() {
      return state.compareAndSet(WAITING, TAKEN_BACK);
    }

    @Override
    public void run() {
      if (state.compareAndSet(WAITING, READING)) {
        end(readNow(read()));
      }
    }

    void end(int bytesOrFailed) {
      result = bytesOrFailed;
      state.set(DONE);
      push(this);
    }

    private int readNow(DeviceRead wanted) {
      try {
        ByteBuffer target = wanted.buffer().slice(0, wanted.lengthBytes());
        try {
          wanted.device().read(target, wanted.offsetBytes());
        } catch (EOFException e) {
          return target.position();
        }
        return wanted.lengthBytes();
      } catch (IOException | RuntimeException | Error e) {
        // Whatever it was, somebody waits for this read.
        pool.failures().failed(wanted, e);
        return FAILED;
      }
    }
  }
}
