/** Tests of the package of the same name. */
@NullMarked
package io.larder.protocol.input;

import org.jspecify.annotations.NullMarked;
