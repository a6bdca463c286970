@NullMarked
package io.larder.tests.simulation;

import org.jspecify.annotations.NullMarked;
