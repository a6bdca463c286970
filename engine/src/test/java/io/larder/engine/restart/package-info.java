@NullMarked
package io.larder.engine.restart;

import org.jspecify.annotations.NullMarked;
