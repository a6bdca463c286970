/** The parts of {@code engine.read}, one by one. */
@NullMarked
package io.larder.engine.read;

import org.jspecify.annotations.NullMarked;
