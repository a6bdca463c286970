/** Where every item is: 8 bytes each, no keys. */
@NullMarked
package io.larder.cache.index;

import org.jspecify.annotations.NullMarked;
