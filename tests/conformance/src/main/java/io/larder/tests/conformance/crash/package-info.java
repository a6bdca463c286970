/**
 * What may come back from a server that is killed and started again: what clients know of every
 * key, and the clients, the ends and the damage that put it to the test.
 */
@NullMarked
package io.larder.tests.conformance.crash;

import org.jspecify.annotations.NullMarked;
