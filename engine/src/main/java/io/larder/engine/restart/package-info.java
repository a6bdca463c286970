/**
 * How a store goes on where an earlier run has ended.
 *
 * <p>Files in reading order: {@code Persistence}, {@code StoreStart}, {@code RestoreStep}.
 */
@NullMarked
package io.larder.engine.restart;

import org.jspecify.annotations.NullMarked;
