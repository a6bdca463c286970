@NullMarked
package io.larder.server.tls;

import org.jspecify.annotations.NullMarked;
