/** What is asked of the cache and what it answers; the nouns its rooms share. */
@NullMarked
package io.larder.cache.model;

import org.jspecify.annotations.NullMarked;
