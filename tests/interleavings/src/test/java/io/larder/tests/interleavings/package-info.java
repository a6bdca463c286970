/** Small meetings of threads, played in every order that matters. */
@NullMarked
package io.larder.tests.interleavings;

import org.jspecify.annotations.NullMarked;
