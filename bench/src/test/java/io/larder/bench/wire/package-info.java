@NullMarked
package io.larder.bench.wire;

import org.jspecify.annotations.NullMarked;
