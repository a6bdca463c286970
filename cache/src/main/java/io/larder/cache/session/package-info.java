/** Requests carried out for one thread, on either tier. */
@NullMarked
package io.larder.cache.session;

import org.jspecify.annotations.NullMarked;
