/** Lists of keys. */
@NullMarked
package io.larder.protocol.listing;

import org.jspecify.annotations.NullMarked;
