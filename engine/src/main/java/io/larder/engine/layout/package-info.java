/** What the bytes of a page mean. */
@NullMarked
package io.larder.engine.layout;

import org.jspecify.annotations.NullMarked;
