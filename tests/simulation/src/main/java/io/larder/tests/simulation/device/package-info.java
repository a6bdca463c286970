/** Devices and read queues that go wrong by a seed, and know what they have spoilt. */
@NullMarked
package io.larder.tests.simulation.device;

import org.jspecify.annotations.NullMarked;
