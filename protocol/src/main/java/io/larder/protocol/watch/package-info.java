/** What {@code watch} shows: log lines on their way from who writes them to who reads them. */
@NullMarked
package io.larder.protocol.watch;

import org.jspecify.annotations.NullMarked;
