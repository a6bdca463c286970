@NullMarked
package io.larder.bench.fio;

import org.jspecify.annotations.NullMarked;
