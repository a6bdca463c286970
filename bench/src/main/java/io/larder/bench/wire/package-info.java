/** Requests to bytes and bytes to replies, as a client of memcached sees them. */
@NullMarked
package io.larder.bench.wire;

import org.jspecify.annotations.NullMarked;
