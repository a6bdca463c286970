@NullMarked
package io.larder.engine.inspect;

import org.jspecify.annotations.NullMarked;
