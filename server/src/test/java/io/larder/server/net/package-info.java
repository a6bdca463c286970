/** Tests of sockets and pools. */
@NullMarked
package io.larder.server.net;

import org.jspecify.annotations.NullMarked;
