/** Clients that nobody here wrote, asking everything they can ask; and clients that mean harm. */
@NullMarked
package io.larder.tests.conformance.clients;

import org.jspecify.annotations.NullMarked;
