/** Proofs at full size, as programs. */
@NullMarked
package io.larder.tests.conformance.proof;

import org.jspecify.annotations.NullMarked;
