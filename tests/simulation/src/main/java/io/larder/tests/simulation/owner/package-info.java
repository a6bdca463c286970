/** Who keeps addresses in the simulated store, and knows what every record must say. */
@NullMarked
package io.larder.tests.simulation.owner;

import org.jspecify.annotations.NullMarked;
