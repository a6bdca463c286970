/** The program: its options, its sockets, and the cache it serves. */
@NullMarked
package io.larder.server;

import org.jspecify.annotations.NullMarked;
