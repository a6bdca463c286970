package io.larder.platform.device;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * The way this process talks to flash, chosen once at start: it opens the devices and makes the
 * read queues, which work together and with no others.
 *
 * <p><b>Life.</b> Read queues are closed first, by their owners; when nothing is in flight on them
 * any more, or the owners have ended, the devices and the buffers; then the engine.
 *
 * <p><b>Threads.</b> Any.
 *
 * @param <O> what can own a read queue: runs one task at a time, in order
 */
public interface IoEngine<O extends Executor> extends AutoCloseable {

  /** A word or two for the start-up line and the statistics. */
  String name();

  /** Why this engine and no other, as half a sentence. */
  String reason();

  /**
   * Opens a device for background work and for this engine's read queues. {@link FileDevice#check}
   * comes before, for all devices together.
   *
   * @param looksLikeOurs as in {@link FileDevice#check}
   * @throws DeviceException in one sentence what, why and what to do
   */
  Device open(DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs) throws DeviceException;

  /** A queue for the reads of {@code owner}, where they also complete. */
  ReadQueue newReadQueue(O owner);

  /** Reads that devices refused, over all queues. */
  ReadFailures readFailures();

  @Override
  void close();
}
