/** The nouns the engine's rooms share. */
@NullMarked
package io.larder.engine.model;

import org.jspecify.annotations.NullMarked;
