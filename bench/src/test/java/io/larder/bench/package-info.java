@NullMarked
package io.larder.bench;

import org.jspecify.annotations.NullMarked;
