/** The RAM log: segments, two queues, and the budget they share with the index. */
@NullMarked
package io.larder.cache.ram;

import org.jspecify.annotations.NullMarked;
