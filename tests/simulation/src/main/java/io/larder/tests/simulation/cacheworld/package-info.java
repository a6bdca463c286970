/**
 * One run of the whole cache: what is drawn from a seed, what happens, and what must hold.
 *
 * <p>Files in reading order: {@code CacheScenario}, {@code FlashScenario}, {@code CacheWorld},
 * {@code CacheOperation}, {@code Questions}, {@code Client}, {@code NamedWork}, {@code CacheBooks},
 * {@code Tampering}.
 */
@NullMarked
package io.larder.tests.simulation.cacheworld;

import org.jspecify.annotations.NullMarked;
