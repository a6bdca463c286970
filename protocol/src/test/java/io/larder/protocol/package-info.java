/** Tests of sessions as a server drives them, against a cache written by hand. */
@NullMarked
package io.larder.protocol;

import org.jspecify.annotations.NullMarked;
