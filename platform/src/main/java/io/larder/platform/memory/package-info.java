/**
 * Off-heap memory that devices and caches share.
 *
 * <p>Files in reading order: {@code AlignedBuffer}.
 */
@NullMarked
package io.larder.platform.memory;

import org.jspecify.annotations.NullMarked;
