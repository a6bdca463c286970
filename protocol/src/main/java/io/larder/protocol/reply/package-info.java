/** Replies on their way out: pooled chunks and chains of them. */
@NullMarked
package io.larder.protocol.reply;

import org.jspecify.annotations.NullMarked;
