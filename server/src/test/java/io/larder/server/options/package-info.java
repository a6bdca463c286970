/** Tests of the command line. */
@NullMarked
package io.larder.server.options;

import org.jspecify.annotations.NullMarked;
