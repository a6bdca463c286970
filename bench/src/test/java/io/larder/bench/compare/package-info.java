@NullMarked
package io.larder.bench.compare;

import org.jspecify.annotations.NullMarked;
