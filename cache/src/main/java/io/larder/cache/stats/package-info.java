/** What the cache counts. */
@NullMarked
package io.larder.cache.stats;

import org.jspecify.annotations.NullMarked;
