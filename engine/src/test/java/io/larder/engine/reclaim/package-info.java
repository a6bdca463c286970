/** The parts of {@code engine.reclaim}, one by one. */
@NullMarked
package io.larder.engine.reclaim;

import org.jspecify.annotations.NullMarked;
