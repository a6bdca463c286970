/**
 * Fakes of the platform: a clock, devices and an order of work that a test decides.
 *
 * <p>Files in reading order: {@code ManualClock}, {@code ManualWork}, {@code InlineExecutor},
 * {@code MemoryDevice}, {@code ManualReadQueue}.
 */
@NullMarked
package io.larder.testkit;

import org.jspecify.annotations.NullMarked;
