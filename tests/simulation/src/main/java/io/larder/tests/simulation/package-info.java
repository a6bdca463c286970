/**
 * The production engine, and the whole production cache, on simulated devices and a simulated
 * clock, in one thread, everything drawn from a seed.
 *
 * <p>Files in reading order: {@code Simulation}, {@code WorldKind}, {@code SimulateCommand}.
 */
@NullMarked
package io.larder.tests.simulation;

import org.jspecify.annotations.NullMarked;
