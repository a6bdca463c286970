/** The parts of {@code cache.stats}, one by one. */
@NullMarked
package io.larder.cache.stats;

import org.jspecify.annotations.NullMarked;
