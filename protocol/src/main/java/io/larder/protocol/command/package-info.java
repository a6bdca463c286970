/** One command in flight: what it asks of the cache and how its answer reads. */
@NullMarked
package io.larder.protocol.command;

import org.jspecify.annotations.NullMarked;
