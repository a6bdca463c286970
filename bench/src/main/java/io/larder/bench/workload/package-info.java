/** What is asked for: which keys, how often, how large, and for what. */
@NullMarked
package io.larder.bench.workload;

import org.jspecify.annotations.NullMarked;
