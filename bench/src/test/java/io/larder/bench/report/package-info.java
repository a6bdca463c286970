@NullMarked
package io.larder.bench.report;

import org.jspecify.annotations.NullMarked;
