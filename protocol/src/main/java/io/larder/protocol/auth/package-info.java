/** Who may speak to the cache. */
@NullMarked
package io.larder.protocol.auth;

import org.jspecify.annotations.NullMarked;
