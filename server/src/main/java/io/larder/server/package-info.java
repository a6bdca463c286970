/**
 * The program: its options, its sockets, and the cache it serves.
 *
 * <p>Rooms, from the top: {@code cli}, {@code start}, {@code stats}, {@code options}, {@code net},
 * {@code logging}; {@code model} is the floor.
 */
@NullMarked
package io.larder.server;

import org.jspecify.annotations.NullMarked;
