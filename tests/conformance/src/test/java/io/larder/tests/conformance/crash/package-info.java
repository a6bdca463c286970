/** The proof that the crash proof can fail, and the proof itself, short. */
@NullMarked
package io.larder.tests.conformance.crash;

import org.jspecify.annotations.NullMarked;
