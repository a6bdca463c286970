/** Giving pages up. */
@NullMarked
package io.larder.engine.reclaim;

import org.jspecify.annotations.NullMarked;
