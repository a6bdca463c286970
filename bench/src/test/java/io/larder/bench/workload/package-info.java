@NullMarked
package io.larder.bench.workload;

import org.jspecify.annotations.NullMarked;
