/** What every part of the simulation counts, notes and complains with. */
@NullMarked
package io.larder.tests.simulation.model;

import org.jspecify.annotations.NullMarked;
