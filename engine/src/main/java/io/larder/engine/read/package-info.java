/** From a lease to bytes in memory. */
@NullMarked
package io.larder.engine.read;

import org.jspecify.annotations.NullMarked;
