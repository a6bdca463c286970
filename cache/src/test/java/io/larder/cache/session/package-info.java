/** The parts of {@code cache.session}, one by one. */
@NullMarked
package io.larder.cache.session;

import org.jspecify.annotations.NullMarked;
