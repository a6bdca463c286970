@NullMarked
package io.larder.server.auth;

import org.jspecify.annotations.NullMarked;
