/**
 * A server that is used for a moment, so that the JVM can write down what it has learned of it.
 *
 * <p>Files in reading order: {@code Rehearsal}, {@code Talk}.
 */
@NullMarked
package io.larder.server.rehearsal;

import org.jspecify.annotations.NullMarked;
