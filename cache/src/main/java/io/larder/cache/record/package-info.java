/** The bytes of an item, the same in RAM, in a write buffer and on flash. */
@NullMarked
package io.larder.cache.record;

import org.jspecify.annotations.NullMarked;
