package io.larder.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.bench.plot.LinePlot.Scale;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A report needs nothing but itself, and its plots show the values they were given. */
class HtmlReportTest {
  private static final List<double[]> RISING =
      List.of(new double[] {1, 10}, new double[] {2, 100}, new double[] {4, 1000});

  @Test
  void nothingIsFetchedFromElsewhere() {
    String page =
        new HtmlReport("title", "lead")
            .tiles(Map.of("keys a second", "100"))
            .table(List.of("", "a"), List.of(List.of("row", "1")))
            .facts(Map.of("kernel", "Linux"))
            .plot(new LinePlot("lines", "x", Scale.LINEAR, "y", Scale.LINEAR).line("one", RISING))
            .text();

    assertThat(page)
        .startsWith("<!doctype html>")
        .contains("prefers-color-scheme:dark", "<svg", "kernel")
        .doesNotContain("http", "src=", "href=", "<script", "url(", "@import");
  }

  @Test
  void textIsTextAndNeverMarkup() {
    String page = new HtmlReport("a < b", "\"<script>\"").warning("x & y").text();

    assertThat(page).contains("a &lt; b", "&quot;&lt;script&gt;", "x &amp; y");
    assertThat(page).doesNotContain("<script>");
  }

  @Test
  void aPlotOfNothingIsLeftOut() {
    String page =
        new HtmlReport("title", "lead")
            .plot(new LinePlot("none", "x", Scale.LINEAR, "y", Scale.LINEAR).line("one", List.of()))
            .plot(
                new LinePlot("none", "x", Scale.LINEAR, "y", Scale.LINEAR)
                    .line("one", List.<double[]>of(new double[] {1, Double.NaN})))
            .text();

    assertThat(page).doesNotContain("<svg");
  }

  @ParameterizedTest
  @EnumSource(
      value = Scale.class,
      names = {"LINEAR", "TIME", "LOG", "STEPS"})
  void largerValuesStandFurtherRightAndHigher(Scale scale) throws Exception {
    Document svg =
        parsed(
            new LinePlot("lines", "x", scale, "y", scale == Scale.STEPS ? Scale.LOG : scale)
                .line("one", RISING)
                .alone());

    NodeList dots = svg.getElementsByTagName("circle");
    assertThat(dots.getLength()).isEqualTo(RISING.size());
    for (int i = 1; i < dots.getLength(); i++) {
      assertThat(number(dots, i, "cx")).isBetween(number(dots, i - 1, "cx") + 10, 600.0);
      assertThat(number(dots, i, "cy")).isBetween(0.0, number(dots, i - 1, "cy") - 3);
    }
  }

  @Test
  void percentilesAreDrawnByTheirNines() {
    Axis axis = Axis.percentiles("of all", 99.99);

    assertThat(axis.place(90)).isCloseTo(0.25, within());
    assertThat(axis.place(99)).isCloseTo(0.5, within());
    assertThat(axis.ticks())
        .extracting(Axis.Tick::text)
        .containsExactly("0%", "50%", "90%", "99%", "99.9%", "99.99%");
  }

  @Test
  void aRatioStandsWhereItsRoundsStand() throws Exception {
    Document svg =
        parsed(
            new RatioPlot("ratios")
                .row(new RatioPlot.Row("a", List.of(0.5, 2.0), 0.8, 1.0, 1.2, true, true))
                .alone());

    NodeList dots = svg.getElementsByTagName("circle");
    double half = number(dots, 0, "cx");
    double twice = number(dots, 1, "cx");
    NodeList lines = svg.getElementsByTagName("line");
    for (int i = 0; i < lines.getLength(); i++) {
      if (((Element) lines.item(i)).getAttribute("class").equals("one")) {
        assertThat(number(lines, i, "x1"))
            .as("half and twice are as far")
            .isCloseTo((half + twice) / 2, Offset.offset(0.1));
        return;
      }
    }
    throw new AssertionError("no line where nothing differs");
  }

  @Test
  void numbersAreShort() {
    assertThat(List.of(0.0, 0.25, 7.0, 150.0, 9999.0, 20_000.0, 1_500_000.0, 3e9))
        .extracting(Axis::shortly)
        .containsExactly("0", "0.25", "7", "150", "9999", "20k", "1.5M", "3G");
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-6);
  }

  private static double number(NodeList nodes, int index, String attribute) {
    return Double.parseDouble(((Element) nodes.item(index)).getAttribute(attribute));
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
