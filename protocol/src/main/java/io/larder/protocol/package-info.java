/** The memcached protocol, text and meta, in front of a cache. */
@NullMarked
package io.larder.protocol;

import org.jspecify.annotations.NullMarked;
