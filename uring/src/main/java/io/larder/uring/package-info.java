/**
 * Reads on the rings of Netty's event loops.
 *
 * <p>Files in reading order: {@code UringProbe}, {@code UringIoEngine}, {@code UringReadQueue},
 * {@code UringDevice}, {@code Posix}.
 */
@NullMarked
package io.larder.uring;

import org.jspecify.annotations.NullMarked;
