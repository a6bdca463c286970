/** Servers as processes of their own, and what can be learned about them from outside. */
@NullMarked
package io.larder.tests.conformance.process;

import org.jspecify.annotations.NullMarked;
