/**
 * One server after another, each larger in one respect than the last.
 *
 * <p>Files in reading order: {@code Series}, {@code Point}, {@code PointRun}, {@code Figures},
 * {@code KeptFigures}, {@code ScaleReport}.
 */
@NullMarked
package io.larder.bench.scale;

import org.jspecify.annotations.NullMarked;
