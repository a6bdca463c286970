/** Bytes to words: scanning, tokens, numbers and base64, without allocation. */
@NullMarked
package io.larder.protocol.parse;

import org.jspecify.annotations.NullMarked;
