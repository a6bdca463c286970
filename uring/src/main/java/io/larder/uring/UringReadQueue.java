package io.larder.uring;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadFailures;
import io.larder.platform.device.ReadQueue;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of one event loop, carried by the very ring that carries the loop's sockets.
 *
 * <p>A read becomes one entry of the submission queue, which the loop hands to the kernel with all
 * others at the end of its turn. Reads beyond the ring's share wait here in order.
 *
 * <p><b>Life.</b> {@link #close}, or the end of the loop, whichever is first, makes all reads fail:
 * those that wait here before it returns, and those the kernel holds as soon as the kernel lets go
 * of them, because until then it may write into their buffers. {@link #inFlightCount} says how many
 * are left; when the loop has ended there are none. Only a device that does not answer for {@value
 * #LAST_ANSWER_SECONDS} seconds can leave some behind at the end of the loop: they never complete,
 * the log says so, and their buffers must not be used again.
 *
 * <p><b>Threads.</b> The loop's own.
 */
final class UringReadQueue implements ReadQueue {
  /*
   * The kernel is told a small number with each read and returns it with the answer: the place of
   * the read in a table. Netty packs the number into the entry itself as long as it fits a short,
   * so nothing is looked up or allocated on the way back.
   */

  private static final Logger LOG = LoggerFactory.getLogger(UringReadQueue.class);
  private static final int FAILED = -1;
  private static final byte OP_READ = 22;
  private static final byte OP_ASYNC_CANCEL = 14;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final long NOT_SUBMITTED = 0;

  /** How long the end of the loop waits for what the kernel still holds. */
  private static final long LAST_ANSWER_SECONDS = 5;

  private static final long LAST_ANSWER_NANOS = TimeUnit.SECONDS.toNanos(LAST_ANSWER_SECONDS);

  private final IoEventLoop loop;
  private final ReadFailures failures;
  private final IoRegistration registration;

  /** The reads the kernel holds, each at its own number; the rest of the numbers are on a stack. */
  private final @Nullable DeviceRead[] held;

  private final long[] heldIds;
  private final int[] doneBytes;
  private final boolean[] retried;
  private final short[] freeNumbers;
  private int freeCount;

  private final ArrayDeque<DeviceRead> waiting = new ArrayDeque<>();

  /** Reads that ended without the kernel, to be completed in a turn of their own. */
  private final ArrayDeque<DeviceRead> refused = new ArrayDeque<>();

  private final ArrayDeque<Integer> refusedResults = new ArrayDeque<>();
  private boolean closed;

  /**
   * Joins the loop's ring. Called on the loop.
   *
   * @param heldMax how many reads the ring carries at once
   */
  UringReadQueue(IoEventLoop loop, int heldMax, ReadFailures failures) {
    if (heldMax < 1 || heldMax > Short.MAX_VALUE) {
      throw new IllegalArgumentException("a ring cannot carry " + heldMax + " reads at once");
    }
    this.loop = loop;
    this.failures = failures;
    this.held = new @Nullable DeviceRead[heldMax];
    this.heldIds = new long[heldMax];
    this.doneBytes = new int[heldMax];
    this.retried = new boolean[heldMax];
    this.freeNumbers = new short[heldMax];
    for (int i = 0; i < heldMax; i++) {
      freeNumbers[i] = (short) (heldMax - 1 - i);
    }
    this.freeCount = heldMax;
    this.registration = loop.register(new Handle()).syncUninterruptibly().getNow();
    if (loop instanceof SingleThreadEventExecutor ending) {
      // Without a quiet period Netty destroys the ring before it has told the handles.
      ending.addShutdownHook(this::loopEnds);
    }
  }

  @Override
  public void submit(DeviceRead read) {
    if (closed) {
      refuse(read, FAILED);
    } else if (freeCount == 0 || !waiting.isEmpty()) {
      waiting.add(read);
    } else {
      start(read);
    }
  }

  @Override
  public int inFlightCount() {
    return heldCount() + waiting.size() + refused.size();
  }

  @Override
  public void close() {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException("a read queue is closed by its own loop");
    }
    if (closed) {
      return;
    }
    closed = true;
    cancelHeld();
    registration.cancel();
    for (DeviceRead read = waiting.poll(); read != null; read = waiting.poll()) {
      complete(read, FAILED);
    }
    completeRefused();
  }

  private void start(DeviceRead read) {
    Device device = read.device();
    if (read.offsetBytes() >= device.sizeBytes()) {
      refuse(read, 0);
      return;
    }
    short number = freeNumbers[--freeCount];
    held[number] = read;
    doneBytes[number] = 0;
    retried[number] = false;
    if (!enqueue(read, number)) {
      free(number);
      refuse(read, FAILED);
    }
  }

  /** Hands the rest of the read to the ring. Returns false, and says so, when that is refused. */
  private boolean enqueue(DeviceRead read, short number) {
    try {
      if (read.offsetBytes() < 0) {
        // A ring takes -1 for "where the file is now".
        throw new IllegalArgumentException("read at " + read.offsetBytes());
      }
      if (!(read.device() instanceof UringDevice device)) {
        throw new IllegalArgumentException(read.device() + " was not opened for io_uring");
      }
      int done = doneBytes[number];
      long offset = read.offsetBytes() + done;
      int length = wantedBytes(read) - done;
      long address = read.buffer().memory().asSlice(done, length).address();
      long id = registration.submit(readOp(device.fd(), offset, address, length, number));
      if (id == NOT_SUBMITTED) {
        throw new IllegalStateException("the ring has ended");
      }
      heldIds[number] = id;
      return true;
    } catch (RuntimeException | ClosedChannelException e) {
      failures.failed(read, e);
      return false;
    }
  }

  /** What the read may get: it stops at the end of the device, wherever the file ends. */
  private static int wantedBytes(DeviceRead read) {
    return (int) Math.min(read.lengthBytes(), read.device().sizeBytes() - read.offsetBytes());
  }

  static IoUringIoOps readOp(int fd, long offset, long address, int length, long number) {
    return op(OP_READ, fd, offset, address, length, number);
  }

  private static IoUringIoOps op(
      byte opcode, int fd, long offset, long address, int length, long number) {
    short none = 0;
    return new IoUringIoOps(
        opcode, (byte) 0, none, fd, offset, address, length, 0, number, none, none, 0, 0);
  }

  private void cancelHeld() {
    for (int number = 0; number < held.length; number++) {
      if (held[number] != null) {
        // The answer to the cancellation itself is of no interest; the read's own answer counts.
        registration.submit(op(OP_ASYNC_CANCEL, -1, 0, heldIds[number], 0, number));
      }
    }
  }

  private void answered(short number, int result) {
    DeviceRead read = held[number];
    if (read == null) {
      LOG.error("the ring answered {} for read {}, which it does not hold", result, number);
      return;
    }
    if (continues(read, number, result)) {
      return;
    }
    int done = doneBytes[number] + Math.max(0, result);
    free(number);
    complete(read, endResult(read, result, done));
    startWaiting();
  }

  /** Whether the read goes on: once, when it was short for no good reason or only disturbed. */
  private boolean continues(DeviceRead read, short number, int result) {
    if (closed || retried[number]) {
      return false;
    }
    boolean disturbed = result == -EINTR || result == -EAGAIN;
    boolean isShort = result > 0 && doneBytes[number] + result < wantedBytes(read);
    if (!disturbed && (!isShort || endsWithinBlock(read.device(), result))) {
      return false;
    }
    retried[number] = true;
    doneBytes[number] += Math.max(0, result);
    return enqueue(read, number);
  }

  /** A direct read that ends within a block has met the end of the file, and could not go on. */
  private static boolean endsWithinBlock(Device device, int result) {
    return device.isDirect() && result % device.blockSizeBytes() != 0;
  }

  private int endResult(DeviceRead read, int result, int done) {
    if (closed) {
      return FAILED;
    }
    if (result < 0) {
      failures.failed(read, Posix.errorName(-result));
      return FAILED;
    }
    return done;
  }

  private void startWaiting() {
    while (freeCount > 0 && !closed) {
      DeviceRead next = waiting.poll();
      if (next == null) {
        return;
      }
      start(next);
    }
  }

  private void free(short number) {
    held[number] = null;
    freeNumbers[freeCount++] = number;
  }

  /** Ends a read without the kernel, in a later turn: a submitter is never called back inside. */
  private void refuse(DeviceRead read, int result) {
    refused.add(read);
    refusedResults.add(result);
    if (refused.size() == 1) {
      loop.execute(this::completeRefused);
    }
  }

  private void completeRefused() {
    for (int left = refused.size(); left > 0 && !refused.isEmpty(); left--) {
      DeviceRead read = refused.remove();
      int result = refusedResults.remove();
      complete(read, closed ? FAILED : result);
    }
    if (!refused.isEmpty()) {
      loop.execute(this::completeRefused);
    }
  }

  private static void complete(DeviceRead read, int result) {
    try {
      read.completed(result);
    } catch (RuntimeException e) {
      // Thrown into the loop it would stop the whole ring for a tenth of a second.
      LOG.error("what was to be done after a read has failed", e);
    }
  }

  /** What Netty sees of the queue. */
  private final class Handle implements IoUringIoHandle {
    @Override
    public void handle(IoRegistration from, IoEvent event) {
      IoUringIoEvent answer = (IoUringIoEvent) event;
      if (answer.opcode() == OP_READ) {
        answered((short) answer.userData(), answer.res());
      }
    }

    @Override
    public void close() {
      loopEnds();
    }
  }

  /** Called, possibly more than once, when the loop is about to destroy its ring. */
  private void loopEnds() {
    close();
    if (heldCount() > 0) {
      awaitKernel();
    }
  }

  private int heldCount() {
    return held.length - freeCount;
  }

  /**
   * Turns the ring until the kernel holds no read. Netty destroys a ring as soon as one of the
   * operations in it has ended; the rest would go on writing into buffers nobody knows about.
   */
  private void awaitKernel() {
    IoUringIoHandler ring = registration.attachment();
    Deadline deadline = new Deadline(System.nanoTime() + LAST_ANSWER_NANOS);
    while (heldCount() > 0 && deadline.delayNanos(System.nanoTime()) > 0) {
      ring.run(deadline);
    }
    if (heldCount() > 0) {
      LOG.error("{} reads have not come back from the device and are left behind", heldCount());
    }
  }

  /** Lets the ring block until a moment. */
  private record Deadline(long deadlineNanos) implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return true;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return Math.max(0, deadlineNanos - currentTimeNanos);
    }
  }
}
