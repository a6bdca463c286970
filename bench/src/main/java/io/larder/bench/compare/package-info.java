/** Servers that take turns under the same load, and what can be said of the difference. */
@NullMarked
package io.larder.bench.compare;

import org.jspecify.annotations.NullMarked;
