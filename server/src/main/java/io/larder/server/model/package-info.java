/** The nouns that every room of the server shares. */
@NullMarked
package io.larder.server.model;

import org.jspecify.annotations.NullMarked;
