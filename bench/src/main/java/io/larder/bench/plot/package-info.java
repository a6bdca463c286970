/**
 * Reports for people: plots as SVG, and pages of HTML that need nothing but themselves.
 *
 * <p>Files in reading order: {@code HtmlReport}, {@code LinePlot}, {@code RatioPlot}, {@code Axis},
 * {@code Svg}, {@code Style}.
 */
@NullMarked
package io.larder.bench.plot;

import org.jspecify.annotations.NullMarked;
