/** A client nobody here wrote, and values that show where they come from. */
@NullMarked
package io.larder.tests.conformance.client;

import org.jspecify.annotations.NullMarked;
