package io.larder.platform.device;

import io.larder.platform.memory.AlignedBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One read of consecutive bytes of a device into an aligned buffer.
 *
 * <p>The one who submits it owns it; the {@link ReadQueue} borrows it, buffer included, from {@link
 * ReadQueue#submit} until {@link #completed} returns. It may then be used again.
 */
public abstract class DeviceRead {
  private @Nullable Device device;
  private @Nullable AlignedBuffer buffer;
  private long offsetBytes;
  private int lengthBytes;

  /**
   * Says what to read, before {@link ReadQueue#submit}.
   *
   * @param offsetBytes where on the device; block-aligned when the device is direct
   * @param lengthBytes how much, into the front of {@code buffer}; block-aligned likewise
   */
  protected final void prepare(
      Device device, long offsetBytes, int lengthBytes, AlignedBuffer buffer) {
    this.device = device;
    this.offsetBytes = offsetBytes;
    this.lengthBytes = lengthBytes;
    this.buffer = buffer;
  }

  /** Forgets device and buffer, so that a pooled read holds nothing alive. */
  protected final void clear() {
    device = null;
    buffer = null;
  }

  /** The device to read. */
  public final Device device() {
    return require(device);
  }

  /** Where the bytes go, from its front. */
  public final AlignedBuffer buffer() {
    return require(buffer);
  }

  /** Where on the device the read starts. */
  public final long offsetBytes() {
    return offsetBytes;
  }

  /** How many bytes are wanted. */
  public final int lengthBytes() {
    return lengthBytes;
  }

  /**
   * Called once, on the owner thread, when the read has ended.
   *
   * @param bytesRead how many bytes arrived, possibly fewer than asked for; negative when the
   *     device refused
   */
  public abstract void completed(int bytesRead);

  private static <T> T require(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the read has not been prepared");
    }
    return part;
  }
}
