/** Fakes of the platform: a clock, devices and an order of work that a test decides. */
@NullMarked
package io.larder.testkit;

import org.jspecify.annotations.NullMarked;
