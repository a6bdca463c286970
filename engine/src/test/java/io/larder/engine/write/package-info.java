/** The parts of {@code engine.write}, one by one. */
@NullMarked
package io.larder.engine.write;

import org.jspecify.annotations.NullMarked;
