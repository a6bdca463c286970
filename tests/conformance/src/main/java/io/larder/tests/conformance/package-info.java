/**
 * Programs and tests that know Larder only from outside: through its sockets, its command line and
 * its process.
 */
@NullMarked
package io.larder.tests.conformance;

import org.jspecify.annotations.NullMarked;
