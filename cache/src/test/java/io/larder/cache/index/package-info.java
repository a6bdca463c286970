/** The parts of {@code cache.index}, one by one. */
@NullMarked
package io.larder.cache.index;

import org.jspecify.annotations.NullMarked;
