/** The parts of {@code cache.ram}, one by one. */
@NullMarked
package io.larder.cache.ram;

import org.jspecify.annotations.NullMarked;
