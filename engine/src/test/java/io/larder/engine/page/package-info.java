/** The parts of {@code engine.page}, one by one. */
@NullMarked
package io.larder.engine.page;

import org.jspecify.annotations.NullMarked;
