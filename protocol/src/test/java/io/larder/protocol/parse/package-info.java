/** Tests of the package of the same name. */
@NullMarked
package io.larder.protocol.parse;

import org.jspecify.annotations.NullMarked;
