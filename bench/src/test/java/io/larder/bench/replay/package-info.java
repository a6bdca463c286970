@NullMarked
package io.larder.bench.replay;

import org.jspecify.annotations.NullMarked;
