/** Bytes and addresses on flash: pages, buckets, buffers and reads. */
@NullMarked
package io.larder.engine;

import org.jspecify.annotations.NullMarked;
