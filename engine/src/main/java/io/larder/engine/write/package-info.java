/** From a reservation to bytes on a device. */
@NullMarked
package io.larder.engine.write;

import org.jspecify.annotations.NullMarked;
