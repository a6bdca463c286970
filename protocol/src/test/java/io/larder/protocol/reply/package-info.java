/** Tests of the package of the same name. */
@NullMarked
package io.larder.protocol.reply;

import org.jspecify.annotations.NullMarked;
