@NullMarked
package io.larder.bench.engine;

import org.jspecify.annotations.NullMarked;
