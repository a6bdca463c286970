/** Load on a server: connections, their requests, and what came of them. */
@NullMarked
package io.larder.bench.load;

import org.jspecify.annotations.NullMarked;
