/** The proofs at a size that fits every build. */
@NullMarked
package io.larder.tests.conformance.proof;

import org.jspecify.annotations.NullMarked;
