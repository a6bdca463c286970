/** A device whose reads go through io_uring. */
@NullMarked
package io.larder.uring;

import org.jspecify.annotations.NullMarked;
