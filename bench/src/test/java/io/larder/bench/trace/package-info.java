@NullMarked
package io.larder.bench.trace;

import org.jspecify.annotations.NullMarked;
