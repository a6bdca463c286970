/** A cache larger than memory: items, their index, and the two tiers they live in. */
@NullMarked
package io.larder.cache;

import org.jspecify.annotations.NullMarked;
