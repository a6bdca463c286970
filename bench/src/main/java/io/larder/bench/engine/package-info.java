/** The engine on a file of its own: filled by appending, read at random. */
@NullMarked
package io.larder.bench.engine;

import org.jspecify.annotations.NullMarked;
