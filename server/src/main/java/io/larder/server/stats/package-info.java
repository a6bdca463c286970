/**
 * What the server says about itself, and the commands that are about the server.
 *
 * <p>Files in reading order: {@code ServerControls}, {@code ServerFacts}, {@code Moment}, {@code
 * Baseline}, {@code Reading}, {@code GeneralStat}, {@code SettingStat}, {@code ItemStats}, {@code
 * ConnectionStats}, {@code PageStats}, {@code MovableClock}, {@code ProcessUsage}.
 */
@NullMarked
package io.larder.server.stats;

import org.jspecify.annotations.NullMarked;
