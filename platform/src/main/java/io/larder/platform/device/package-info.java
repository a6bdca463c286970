/**
 * The door to flash: devices for background work, read queues for gets.
 *
 * <p>Files in reading order: {@code Device}, {@code DeviceRead}, {@code ReadQueue}, {@code
 * DeviceSpec}, {@code DeviceException}, {@code FileDevice}, {@code DeviceCheck}, {@code OpenFiles},
 * {@code IoEngine}, {@code PoolIoEngine}, {@code ReadPool}, {@code PooledReadQueue}, {@code
 * ReadFailures}.
 */
@NullMarked
package io.larder.platform.device;

import org.jspecify.annotations.NullMarked;
