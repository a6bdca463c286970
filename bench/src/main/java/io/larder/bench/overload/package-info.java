/**
 * More than a server's device can take, for minutes, and what others notice of it.
 *
 * <p>Files in reading order: {@code Overload}, {@code Scene}, {@code Hiccups}, {@code Second},
 * {@code SceneResult}, {@code Bounds}, {@code OverloadReport}.
 */
@NullMarked
package io.larder.bench.overload;

import org.jspecify.annotations.NullMarked;
