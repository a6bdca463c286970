/** What all benchmarks share: numbers made of numbers. */
@NullMarked
package io.larder.bench.model;

import org.jspecify.annotations.NullMarked;
