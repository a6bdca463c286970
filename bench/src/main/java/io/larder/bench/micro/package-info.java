/** JMH benchmarks of the small parts. */
@NullMarked
package io.larder.bench.micro;

import org.jspecify.annotations.NullMarked;
