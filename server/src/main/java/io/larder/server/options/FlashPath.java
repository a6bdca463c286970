package io.larder.server.options;

import io.larder.engine.model.Bucket;
import io.larder.platform.device.DeviceSpec;

/**
 * One {@code ext_path}.
 *
 * @param device the file or block device, and how much of it
 * @param freeBucket the bucket it is kept for; default = for all
 */
public record FlashPath(DeviceSpec device, Bucket freeBucket) {}
