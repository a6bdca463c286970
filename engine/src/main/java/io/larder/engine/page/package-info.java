/** Pages, their lives and who may use them. */
@NullMarked
package io.larder.engine.page;

import org.jspecify.annotations.NullMarked;
