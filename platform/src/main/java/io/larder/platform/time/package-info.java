/**
 * Clocks.
 *
 * <p>Files in reading order: {@code Clock}, {@code SystemClock}.
 */
@NullMarked
package io.larder.platform.time;

import org.jspecify.annotations.NullMarked;
