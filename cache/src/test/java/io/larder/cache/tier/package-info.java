/** The parts of {@code cache.tier}, one by one. */
@NullMarked
package io.larder.cache.tier;

import org.jspecify.annotations.NullMarked;
