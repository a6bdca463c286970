/** Input that waits: the buffers of connections and the budget over all of them. */
@NullMarked
package io.larder.protocol.input;

import org.jspecify.annotations.NullMarked;
