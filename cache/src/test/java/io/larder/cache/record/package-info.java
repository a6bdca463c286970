/** The parts of {@code cache.record}, one by one. */
@NullMarked
package io.larder.cache.record;

import org.jspecify.annotations.NullMarked;
