/** Tests of what the engine counts. */
@NullMarked
package io.larder.engine.stats;

import org.jspecify.annotations.NullMarked;
