/** Programs that measure, and print what they measured it on. */
@NullMarked
package io.larder.bench;

import org.jspecify.annotations.NullMarked;
