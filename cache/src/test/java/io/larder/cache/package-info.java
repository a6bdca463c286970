/** The cache as a whole, over fakes of everything below it. */
@NullMarked
package io.larder.cache;

import org.jspecify.annotations.NullMarked;
