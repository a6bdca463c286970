/** What was measured, and on what. */
@NullMarked
package io.larder.bench.report;

import org.jspecify.annotations.NullMarked;
