/** The parts of {@code engine.layout}, one by one. */
@NullMarked
package io.larder.engine.layout;

import org.jspecify.annotations.NullMarked;
