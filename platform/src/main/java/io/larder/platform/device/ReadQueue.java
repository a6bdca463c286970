package io.larder.platform.device;

/**
 * Carries the reads of one owner thread to the devices and the answers back to the same thread.
 *
 * <p><b>Threads.</b> {@link #submit} is called by the owner thread only, and {@link
 * DeviceRead#completed} runs on the owner thread only, never inside {@code submit}.
 */
public interface ReadQueue extends AutoCloseable {

  /** Starts one read. It may be batched with others of the same turn of the owner's loop. */
  void submit(DeviceRead read);

  /** Reads submitted and not yet completed. */
  int inFlightCount();

  /**
   * Gives up what belongs to the queue. Reads still in flight complete with an error: before this
   * returns, or, where the kernel still holds their buffers, as soon as it lets go, at the latest
   * when the owner's loop has ended.
   */
  @Override
  void close();
}
