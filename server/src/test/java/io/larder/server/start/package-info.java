/** Tests of whole servers, and of their start. */
@NullMarked
package io.larder.server.start;

import org.jspecify.annotations.NullMarked;
