package io.larder.uring;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceException;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.FileSpace;
import io.larder.platform.device.IoEngine;
import io.larder.platform.device.ReadFailures;
import io.larder.platform.device.ReadQueue;
import io.netty.channel.IoEventLoop;
import io.netty.channel.uring.IoUringIoHandle;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Reads on the rings of Netty's event loops: no thread, no hand-off, and the device's own block as
 * the unit of I/O.
 *
 * <p>Used where {@link UringProbe} says that it works, on loops made with Netty's {@code
 * IoUringIoHandler}. A ring's completion queue should have room for its reads besides what the
 * sockets need.
 */
public final class UringIoEngine implements IoEngine<IoEventLoop> {
  /** Reads that one loop has with the kernel at once; more than flash devices reward. */
  public static final int DEFAULT_HELD_READS_MAX = 256;

  private final String reason;
  private final int heldReadsMax;
  private final FileSpace space = FallocatedSpace.orWritten();
  private final ReadFailures failures = new ReadFailures();

  /** Takes the answer of the probe as its reason. */
  public UringIoEngine(UringProbe probe) {
    this(probe.reason(), DEFAULT_HELD_READS_MAX);
  }

  /**
   * Chooses everything.
   *
   * @param heldReadsMax how many reads one loop has with the kernel at once; more wait their turn
   */
  public UringIoEngine(String reason, int heldReadsMax) {
    this.reason = reason;
    this.heldReadsMax = heldReadsMax;
  }

  @Override
  public String name() {
    return "io_uring";
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public Device open(DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs) throws DeviceException {
    return UringDevice.open(spec, looksLikeOurs, space);
  }

  /**
   * A queue on the ring of {@code owner}; called on the loop, or before it has anything to do.
   *
   * @throws IllegalArgumentException when the loop has no ring
   */
  @Override
  public ReadQueue newReadQueue(IoEventLoop owner) {
    if (!owner.isCompatible(IoUringIoHandle.class)) {
      throw new IllegalArgumentException(owner + " does not run on io_uring");
    }
    return new UringReadQueue(owner, heldReadsMax, failures);
  }

  @Override
  public ReadFailures readFailures() {
    return failures;
  }

  /** Nothing is left to close: queues belong to their loops, devices to who opened them. */
  @Override
  public void close() {}
}
