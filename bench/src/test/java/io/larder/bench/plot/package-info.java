/** Tests of the reports for people. */
@NullMarked
package io.larder.bench.plot;

import org.jspecify.annotations.NullMarked;
