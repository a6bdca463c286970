/** What the protocol counts, and how statistics leave. */
@NullMarked
package io.larder.protocol.stats;

import org.jspecify.annotations.NullMarked;
