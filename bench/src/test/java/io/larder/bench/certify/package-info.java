/** Tests of what is concluded from a device's figures. */
@NullMarked
package io.larder.bench.certify;

import org.jspecify.annotations.NullMarked;
