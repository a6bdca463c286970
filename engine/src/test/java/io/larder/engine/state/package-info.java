/** The state file, part by part and as a whole. */
@NullMarked
package io.larder.engine.state;

import org.jspecify.annotations.NullMarked;
