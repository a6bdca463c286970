/** Where the log goes, and how much of it. */
@NullMarked
package io.larder.server.logging;

import org.jspecify.annotations.NullMarked;
