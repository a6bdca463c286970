package io.larder.testkit;

import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadQueue;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Completes reads when the test says so, in whatever order it says.
 *
 * <p>The device is read at completion, not at submission: a test that reuses the place in between
 * finds out what a slow device would have delivered.
 *
 * <p><b>Threads.</b> One, the test's, which plays the owner.
 */
public final class ManualReadQueue implements ReadQueue {
  private static final int FAILED = -1;

  private final List<DeviceRead> pending = new ArrayList<>();
  private long submittedCount;

  @Override
  public void submit(DeviceRead read) {
    pending.add(read);
    submittedCount++;
  }

  @Override
  public int inFlightCount() {
    return pending.size();
  }

  /** Reads ever submitted. */
  public long submittedCount() {
    return submittedCount;
  }

  /** The reads that wait, in the order they were submitted. */
  public List<DeviceRead> pending() {
    return List.copyOf(pending);
  }

  /** Completes the oldest read. Returns false when there is none. */
  public boolean completeNext() {
    return !pending.isEmpty() && complete(0);
  }

  /** Completes the youngest read. Returns false when there is none. */
  public boolean completeLast() {
    return !pending.isEmpty() && complete(pending.size() - 1);
  }

  /** Completes any one read, drawn from {@code order}. Returns false when there is none. */
  public boolean completeAny(RandomGenerator order) {
    return !pending.isEmpty() && complete(order.nextInt(pending.size()));
  }

  /**
   * Completes, oldest first, until nothing waits, including what the completions submit.
   *
   * @return how many were completed
   */
  public int completeAll() {
    int count = 0;
    while (completeNext()) {
      count++;
    }
    return count;
  }

  /** Completes the read at {@code index} of {@link #pending}. Always true. */
  public boolean complete(int index) {
    DeviceRead read = pending.remove(index);
    read.completed(readNow(read));
    return true;
  }

  /** Completes the read at {@code index} with at most {@code bytes} bytes; no others arrive. */
  public void completeShort(int index, int bytes) {
    DeviceRead read = pending.remove(index);
    int wanted = Math.min(bytes, read.lengthBytes());
    ByteBuffer rest = read.buffer().slice(wanted, read.lengthBytes() - wanted);
    byte[] before = new byte[rest.remaining()];
    rest.get(0, before);
    int result = readNow(read);
    rest.put(0, before);
    read.completed(Math.min(result, wanted));
  }

  /** Completes the read at {@code index} with an error; the device is not asked. */
  public void fail(int index) {
    pending.remove(index).completed(FAILED);
  }

  /** Completes the oldest read with an error. Returns false when there is none. */
  public boolean failNext() {
    if (pending.isEmpty()) {
      return false;
    }
    fail(0);
    return true;
  }

  @Override
  public void close() {
    while (failNext()) {
      // each may wake code that submits again
    }
  }

  private static int readNow(DeviceRead read) {
    ByteBuffer target = read.buffer().slice(0, read.lengthBytes());
    try {
      read.device().read(target, read.offsetBytes());
      return read.lengthBytes();
    } catch (EOFException e) {
      return target.position();
    } catch (IOException e) {
      return FAILED;
    }
  }
}
