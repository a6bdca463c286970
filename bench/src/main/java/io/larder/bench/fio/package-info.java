/** The yardstick: fio, run as a process. */
@NullMarked
package io.larder.bench.fio;

import org.jspecify.annotations.NullMarked;
