package io.larder.platform.device;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A device cannot be used. The message is one sentence: what, why, what to do. */
public final class DeviceException extends IOException {
  private static final long serialVersionUID = 1;

  /** Refuses without a deeper reason. */
  public DeviceException(String message) {
    this(message, null);
  }

  /** Refuses because of {@code cause}. */
  public DeviceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
