/** A trace played to the production cache, and to models of other caches. */
@NullMarked
package io.larder.bench.replay;

import org.jspecify.annotations.NullMarked;
