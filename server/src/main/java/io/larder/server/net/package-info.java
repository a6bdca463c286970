/**
 * Sockets, and the event loops that carry them and the reads of the flash.
 *
 * <p>Files in reading order: {@code Transport}, {@code NetSettings}, {@code NetServer}, {@code
 * Listeners}, {@code ConnectionLimit}, {@code ServerLoop}, {@code Connection}, {@code ReadSizer},
 * {@code ReadMemory}, {@code ReadPool}, {@code ReplyMemory}, {@code Datagrams}, {@code
 * NetSnapshot}, {@code ConnectionSnapshot}, {@code BufferSnapshot}.
 */
@NullMarked
package io.larder.server.net;

import org.jspecify.annotations.NullMarked;
