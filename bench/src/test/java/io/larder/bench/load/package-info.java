@NullMarked
package io.larder.bench.load;

import org.jspecify.annotations.NullMarked;
