/**
 * Background work in bounded steps.
 *
 * <p>Files in reading order: {@code Step}, {@code Wakeup}, {@code Work}, {@code ThreadWork}.
 */
@NullMarked
package io.larder.platform.work;

import org.jspecify.annotations.NullMarked;
