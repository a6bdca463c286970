/**
 * One run: what is drawn from a seed, what happens, and what must hold.
 *
 * <p>Files in reading order: {@code Scenario}, {@code World}, {@code Operation}, {@code Books}.
 */
@NullMarked
package io.larder.tests.simulation.world;

import org.jspecify.annotations.NullMarked;
