/**
 * What a correct cache may answer.
 *
 * <p>Files in reading order: {@code Item}, {@code Question}, {@code Serial}, {@code Effect}, {@code
 * KeyHistory}, {@code Oracle}.
 */
@NullMarked
package io.larder.tests.simulation.oracle;

import org.jspecify.annotations.NullMarked;
