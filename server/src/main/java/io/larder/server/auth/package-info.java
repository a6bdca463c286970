/** The names and passwords that clients give. */
@NullMarked
package io.larder.server.auth;

import org.jspecify.annotations.NullMarked;
