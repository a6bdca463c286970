package io.larder.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What caches of several sizes made of one trace.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class HitTable {
  private static final String ROW = "%-22s %7s %7s %7s %7s %10s %10s %6s";

  private final List<Line> lines = new ArrayList<>();

  /**
   * One size. Hit ratios are percents of the reads.
   *
   * @param size of the cache, in words
   * @param ramBytes what Larder was given; index and reserve are in it
   * @param flashBytes 0 = none
   * @param itemsMax most items that Larder held
   * @param ramPercent answered from RAM
   * @param flashPercent answered from flash
   * @param lruPercent of plain LRU
   * @param segmentedPercent of memcached's segmented LRU
   * @param flashBytesWritten headers, directories and padding included
   * @param storedBytes of all values stored, with their keys and headers
   * @param writeAmplification bytes written to the device for each byte of a record written
   * @param refusedCount stores of items that were too large
   */
  public record Line(
      String size,
      long ramBytes,
      long flashBytes,
      long itemsMax,
      double ramPercent,
      double flashPercent,
      double lruPercent,
      double segmentedPercent,
      long flashBytesWritten,
      long storedBytes,
      double writeAmplification,
      long refusedCount) {

    double totalPercent() {
      return ramPercent + flashPercent;
    }
  }

  public void add(Line line) {
    lines.add(line);
  }

  /** The table for people, a line each. */
  public List<String> table() {
    List<String> table = new ArrayList<>();
    table.add(
        ROW.formatted(
            "hits of 100 reads",
            "Larder",
            "RAM",
            "flash",
            "LRU",
            "memcached",
            "MB to fl.",
            "w.a."));
    for (Line line : lines) {
      boolean hasFlash = line.flashBytes > 0;
      table.add(
          ROW.formatted(
              line.size,
              number(line.totalPercent(), 2),
              number(line.ramPercent, 2),
              hasFlash ? number(line.flashPercent, 2) : "",
              number(line.lruPercent, 2),
              number(line.segmentedPercent, 2),
              hasFlash ? number(line.flashBytesWritten / 1e6, 0) : "",
              hasFlash ? number(line.writeAmplification, 2) : ""));
    }
    return table;
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** All figures, with a line of names before them. */
  public String csv() {
    StringBuilder csv = new StringBuilder();
    for (Line line : lines) {
      Map<String, Object> figures = figures(line);
      if (csv.isEmpty()) {
        csv.append(String.join(",", figures.keySet())).append('\n');
      }
      for (Object figure : figures.values()) {
        csv.append(figure instanceof Double percent ? number(percent, 4) : figure).append(',');
      }
      csv.setCharAt(csv.length() - 1, '\n');
    }
    return csv.toString();
  }

  /** All figures, and what trace they are of. */
  public String json(Map<String, String> facts) {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("trace", facts);
    written.put("sizes", lines.stream().map(HitTable::figures).toList());
    return Json.of(written);
  }

  private static Map<String, Object> figures(Line line) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("size", line.size);
    figures.put("ramBytes", line.ramBytes);
    figures.put("flashBytes", line.flashBytes);
    figures.put("itemsMax", line.itemsMax);
    figures.put("ramPercent", line.ramPercent);
    figures.put("flashPercent", line.flashPercent);
    figures.put("totalPercent", line.totalPercent());
    figures.put("lruPercent", line.lruPercent);
    figures.put("segmentedLruPercent", line.segmentedPercent);
    figures.put("flashBytesWritten", line.flashBytesWritten);
    figures.put("storedBytes", line.storedBytes);
    figures.put("writeAmplification", line.writeAmplification);
    figures.put("refusedCount", line.refusedCount);
    return figures;
  }
}
