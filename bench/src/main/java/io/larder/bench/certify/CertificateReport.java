package io.larder.bench.certify;

import io.larder.bench.certify.Certificate.Mixed;
import io.larder.bench.certify.DeviceReads.Reads;
import io.larder.bench.certify.PacedWrites.Writes;
import io.larder.bench.load.LoadHtml;
import io.larder.bench.plot.HtmlReport;
import io.larder.bench.plot.LinePlot;
import io.larder.bench.plot.LinePlot.Scale;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/**
 * A certificate in words, figures and plots.
 *
 * @param certificate what was measured
 * @param enduranceBytesPerSecond what the maker of the device allows on average; infinite if that
 *     is not known
 */
public record CertificateReport(Certificate certificate, double enduranceBytesPerSecond) {
  private static final String ROW = "%-34s %10s %9s %9s %9s %9s %9s";
  private static final double MEGABYTE = 1e6;
  private static final int MEBIBYTE_BITS = 20;
  private static final double SECONDS_PER_DAY = 86_400;

  private static final List<String> HEADER =
      List.of("", "a second", "MB/s", "p50 us", "p99 us", "p99.9 us", "max us");

  // ------------------------------------------------------------------ the table

  /** Every run, a line each. */
  public List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(ROW.formatted(HEADER.toArray()));
    rows().forEach(row -> lines.add(ROW.formatted(row.toArray()).stripTrailing()));
    return lines;
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Reads reads : certificate.reads()) {
      rows.add(
          row("read %s, %d under way".formatted(size(reads.lengthBytes()), reads.depth()), reads));
    }
    for (Writes writes : certificate.writes()) {
      rows.add(
          row(
              "write %s, one at a time".formatted(size(writes.bufferBytes())),
              writes.bytesPerSecond() / writes.bufferBytes(),
              writes.bytesPerSecond(),
              writes.nanos()));
    }
    rows.add(row(whileWriting(0) + ", before", certificate.before()));
    for (Mixed mixed : certificate.mixed()) {
      rows.add(row(whileWriting(mixed.writes().bytesPerSecond()), mixed.reads()));
    }
    rows.add(row(whileWriting(0) + ", after", certificate.after()));
    return rows;
  }

  private String whileWriting(double bytesPerSecond) {
    return "read %s, %d, writing %.0f MB/s"
        .formatted(
            size(certificate.before().lengthBytes()),
            certificate.settings().mixDepth(),
            bytesPerSecond / MEGABYTE);
  }

  private static List<String> row(String name, Reads reads) {
    return row(name, reads.perSecond(), reads.perSecond() * reads.lengthBytes(), reads.nanos());
  }

  private static List<String> row(
      String name, double perSecond, double bytesPerSecond, Histogram nanos) {
    return List.of(
        name,
        number(perSecond, perSecond < 100 ? 1 : 0),
        number(bytesPerSecond / MEGABYTE, 0),
        micros(nanos, 50),
        micros(nanos, 99),
        micros(nanos, 99.9),
        number(nanos.getMaxValue() / 1e3, 0));
  }

  // ------------------------------------------------------------------ what to expect

  /** What to expect of the device, and which options go with it. */
  public Map<String, String> expectations() {
    Reads best = certificate.best();
    Reads enough = certificate.enough();
    Reads alone = certificate.smallReads().getFirst();
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "gets from flash",
        String.format(
            Locale.ROOT,
            "up to %,.0f a second of %s items; %d under way at once bring nine"
                + " tenths of that (connections x gets of each)",
            best.perSecond(),
            size(best.lengthBytes()),
            enough.depth()));
    lines.put(
        "latency",
        String.format(
            Locale.ROOT,
            "%,.0f us for half of them and %,.0f us for 99 in a hundred when %s;"
                + " %,.0f and %,.0f us at %d",
            alone.micros(50),
            alone.micros(99),
            alone.depth() == 1 ? "one is alone" : alone.depth() + " are under way",
            enough.micros(50),
            enough.micros(99),
            enough.depth()));
    lines.put(
        "writes",
        String.format(
            Locale.ROOT,
            "up to %,.0f MB a second with nobody reading; %,.0f MB a second while"
                + " %,.1f GB were filled",
            certificate.writes().getLast().bytesPerSecond() / MEGABYTE,
            certificate.fill().bytesPerSecond() / MEGABYTE,
            certificate.fill().nanos().getTotalCount()
                * (double) certificate.fill().bufferBytes()
                / 1e9));
    OptionalDouble safe = certificate.safeRate();
    if (safe.isEmpty()) {
      lines.put(
          "safe write rate",
          String.format(
              Locale.ROOT,
              "none found: at %,.0f MB a second already, p99 of reads is more than"
                  + " %s x %,.0f us",
              certificate.mixed().getFirst().writes().bytesPerSecond() / MEGABYTE,
              number(certificate.settings().factor(), 1),
              certificate.quietP99Micros()));
    } else {
      lines.put(
          "safe write rate",
          String.format(
              Locale.ROOT,
              "%,.0f MB a second: p99 of reads stays within %s x %,.0f us (%.1f TB"
                  + " a day, if it went on all day)",
              safe.getAsDouble() / MEGABYTE,
              number(certificate.settings().factor(), 1),
              certificate.quietP99Micros(),
              safe.getAsDouble() * SECONDS_PER_DAY / 1e12));
    }
    if (Double.isFinite(enduranceBytesPerSecond)) {
      lines.put(
          "endurance",
          String.format(
              Locale.ROOT,
              "%.1f MB a second on average is what the device is rated for",
              enduranceBytesPerSecond / MEGABYTE));
    }
    if (budgetMebibytes() > 0) {
      lines.put("suggested", "-o ext_write_budget=" + budgetMebibytes() + "m");
    }
    return lines;
  }

  /** Bytes a second as the option has them; 0 if nothing can be suggested. */
  long budgetMebibytes() {
    double budget = Math.min(certificate.safeRate().orElse(0), enduranceBytesPerSecond);
    return (long) budget >> MEBIBYTE_BITS;
  }

  /** What a reader should know before believing the figures. */
  public List<String> warnings(boolean isDirect) {
    List<String> lines = new ArrayList<>();
    if (!certificate.isSteady()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "NOT THE SAME DEVICE ANY MORE: %,.0f reads a second before the mixed runs and %,.0f"
                  + " after. Somebody else uses it or the machine, or it has burst credits; repeat.",
              certificate.before().perSecond(),
              certificate.after().perSecond()));
    }
    if (!isDirect) {
      lines.add(
          "THE PAGE CACHE WAS IN USE: direct I/O does not work there, so these figures are partly"
              + " the memory's. A server would run there in the same way.");
    }
    return lines;
  }

  // ------------------------------------------------------------------ for programs and for people

  /** All figures for a program. */
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    Map<String, Object> expect = new LinkedHashMap<>();
    expect.put("readsPerSecondMax", certificate.best().perSecond());
    expect.put("depth", certificate.enough().depth());
    expect.put("writeBytesPerSecondMax", certificate.writes().getLast().bytesPerSecond());
    expect.put("safeWriteBytesPerSecond", certificate.safeRate().orElse(0));
    expect.put("p99Factor", certificate.settings().factor());
    expect.put("extWriteBudgetBytesPerSecond", budgetMebibytes() << MEBIBYTE_BITS);
    expect.put("isSteady", certificate.isSteady());
    figures.put("expect", expect);
    figures.put("reads", certificate.reads().stream().map(CertificateReport::figures).toList());
    figures.put("writes", certificate.writes().stream().map(CertificateReport::figures).toList());
    figures.put("fill", figures(certificate.fill()));
    figures.put("before", figures(certificate.before()));
    figures.put(
        "mixed",
        certificate.mixed().stream()
            .map(
                mixed -> Map.of("writes", figures(mixed.writes()), "reads", figures(mixed.reads())))
            .toList());
    figures.put("after", figures(certificate.after()));
    return figures;
  }

  private static Map<String, Object> figures(Reads reads) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bytes", reads.lengthBytes());
    figures.put("depth", reads.depth());
    figures.put("perSecond", reads.perSecond());
    percentiles(figures, reads.nanos());
    return figures;
  }

  private static Map<String, Object> figures(Writes writes) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bytes", writes.bufferBytes());
    figures.put("bytesPerSecond", writes.bytesPerSecond());
    percentiles(figures, writes.nanos());
    return figures;
  }

  private static void percentiles(Map<String, Object> figures, Histogram nanos) {
    figures.put("p50Micros", nanos.getValueAtPercentile(50) / 1e3);
    figures.put("p99Micros", nanos.getValueAtPercentile(99) / 1e3);
    figures.put("p999Micros", nanos.getValueAtPercentile(99.9) / 1e3);
    figures.put("maxMicros", nanos.getMaxValue() / 1e3);
  }

  /** The whole report; {@code facts} are of machine and device. */
  public HtmlReport html(String what, Map<String, String> facts, boolean isDirect) {
    HtmlReport report =
        new HtmlReport(
            "larder certify",
            "What to expect of "
                + what
                + " under this cache's own reads and writes: records read at random through the"
                + " engine's way to the device, write buffers put down one after another.");
    warnings(isDirect).forEach(report::warning);
    Map<String, String> tiles = new LinkedHashMap<>();
    tiles.put(
        "reads of " + size(certificate.best().lengthBytes()) + " a second, at most",
        String.format(Locale.ROOT, "%,.0f", certificate.best().perSecond()));
    tiles.put("under way for nine tenths of that", "" + certificate.enough().depth());
    tiles.put(
        "p50 of a read alone", micros(certificate.smallReads().getFirst().nanos(), 50) + " us");
    tiles.put(
        "safe write rate",
        certificate.safeRate().isEmpty()
            ? "none found"
            : String.format(
                Locale.ROOT, "%,.0f MB/s", certificate.safeRate().getAsDouble() / MEGABYTE));
    tiles.put(
        "suggested ext_write_budget", budgetMebibytes() > 0 ? budgetMebibytes() + "m" : "none");
    report.tiles(tiles);
    report.plot(byDepth()).plot(latencyByDepth()).plot(latencies()).plot(mixed()).plot(filling());
    report.heading("What to expect").facts(expectations());
    return report.heading("Every run").table(HEADER, rows()).heading("The machine").facts(facts);
  }

  private List<Integer> lengths() {
    return certificate.reads().stream().map(Reads::lengthBytes).distinct().toList();
  }

  private List<Reads> ofLength(int lengthBytes) {
    return certificate.reads().stream().filter(each -> each.lengthBytes() == lengthBytes).toList();
  }

  private LinePlot byDepth() {
    LinePlot plot =
        new LinePlot("Reads", "reads under way", Scale.STEPS, "reads a second", Scale.LINEAR);
    for (int bytes : lengths()) {
      plot.line(
          size(bytes),
          ofLength(bytes).stream()
              .map(reads -> new double[] {reads.depth(), reads.perSecond()})
              .toList());
    }
    return plot;
  }

  private LinePlot latencyByDepth() {
    LinePlot plot =
        new LinePlot("Latency of reads", "reads under way", Scale.STEPS, "us", Scale.LOG);
    for (int bytes : lengths()) {
      for (double percentile : new double[] {50, 99}) {
        plot.line(
            "%s p%.0f".formatted(size(bytes), percentile),
            ofLength(bytes).stream()
                .map(reads -> new double[] {reads.depth(), reads.micros(percentile)})
                .toList());
      }
    }
    return plot;
  }

  private LinePlot latencies() {
    LinePlot plot =
        new LinePlot("Latency by percentile", "of all reads", Scale.PERCENTILES, "us", Scale.LOG);
    Reads alone = certificate.smallReads().getFirst();
    plot.line(alone.depth() + " under way", LoadHtml.percentiles(alone.nanos()));
    Reads enough = certificate.enough();
    if (enough.depth() != alone.depth()) {
      plot.line(enough.depth() + " under way", LoadHtml.percentiles(enough.nanos()));
    }
    Mixed most = certificate.mixed().getLast();
    return plot.line(
        "%d, writing %.0f MB/s"
            .formatted(most.reads().depth(), most.writes().bytesPerSecond() / MEGABYTE),
        LoadHtml.percentiles(most.reads().nanos()));
  }

  private LinePlot mixed() {
    LinePlot plot =
        new LinePlot(
            "Reads while writing, %d under way".formatted(certificate.settings().mixDepth()),
            "MB written a second",
            Scale.LINEAR,
            "us",
            Scale.LOG);
    for (double percentile : new double[] {50, 99, 99.9}) {
      List<double[]> points = new ArrayList<>();
      points.add(new double[] {0, certificate.before().micros(percentile)});
      for (Mixed mixed : certificate.mixed()) {
        points.add(
            new double[] {
              mixed.writes().bytesPerSecond() / MEGABYTE, mixed.reads().micros(percentile)
            });
      }
      plot.line("p" + number(percentile, percentile % 1 == 0 ? 0 : 1), points);
    }
    return plot.limit(
        certificate.p99MicrosMax(),
        number(certificate.settings().factor(), 1) + " x p99 without writes");
  }

  private LinePlot filling() {
    return new LinePlot(
            "Filling from front to end", "seconds", Scale.TIME, "MB a second", Scale.LINEAR)
        .line("written", certificate.fill().course());
  }

  private static String size(int bytes) {
    return bytes >= 1 << MEBIBYTE_BITS ? (bytes >> MEBIBYTE_BITS) + " MiB" : (bytes >> 10) + " KiB";
  }

  private static String micros(Histogram nanos, double percentile) {
    return number(nanos.getValueAtPercentile(percentile) / 1e3, 0);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
