/** Tests of what is kept of points. */
@NullMarked
package io.larder.bench.scale;

import org.jspecify.annotations.NullMarked;
