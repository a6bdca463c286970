/** Devices, clock and work: the only door to what cannot be repeated. */
@NullMarked
package io.larder.platform;

import org.jspecify.annotations.NullMarked;
