package io.larder.platform.device;

import java.nio.file.Path;

/**
 * What somebody wants to use as flash: a file or block device, and how much of it.
 *
 * @param path of a regular file, created when it is missing, or of a block device
 * @param sizeBytes length the file gets; of a block device the part that is used
 */
public record DeviceSpec(Path path, long sizeBytes) {

  /** Refuses a size that is not positive, which no parser should let through. */
  public DeviceSpec {
    if (sizeBytes <= 0) {
      throw new IllegalArgumentException("size of " + path + " is " + sizeBytes + " bytes");
    }
  }
}
