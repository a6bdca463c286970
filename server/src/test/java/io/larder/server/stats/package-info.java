/** Tests of the statistics. */
@NullMarked
package io.larder.server.stats;

import org.jspecify.annotations.NullMarked;
