package io.larder.server.stats;

import com.google.errorprone.annotations.Immutable;

/** How the value of a row is found. */
@Immutable
@FunctionalInterface
interface Reading<T> {
  Object of(T source);
}
