/**
 * The binary protocol as a format: what a packet looks like, which there are, and how replies are
 * laid out. What they do is up to the roof.
 */
@NullMarked
package io.larder.protocol.binary;

import org.jspecify.annotations.NullMarked;
