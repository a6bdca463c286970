/** A store as a whole, over fakes of everything below it. */
@NullMarked
package io.larder.engine;

import org.jspecify.annotations.NullMarked;
