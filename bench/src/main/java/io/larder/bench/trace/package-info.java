/** Request traces: how they are written down, and their requests in memory. */
@NullMarked
package io.larder.bench.trace;

import org.jspecify.annotations.NullMarked;
