package io.larder.bench;

import io.larder.bench.plot.HtmlReport;
import io.larder.bench.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that a report goes to, beside the terminal. */
final class ReportOptions {
  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there, too.")
  @Nullable Path json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report with plots there, too: one file that opens offline.")
  @Nullable Path html;

  /**
   * Writes what was asked for.
   *
   * @param facts what ran, and on what
   * @param figures what was measured
   * @param report made only where it is wanted
   */
  void write(Map<String, String> facts, Map<String, ?> figures, Supplier<HtmlReport> report)
      throws IOException {
    if (json != null) {
      Map<String, Object> written = new LinkedHashMap<>();
      written.put("facts", facts);
      written.putAll(figures);
      Files.writeString(json, Json.of(written));
    }
    if (html != null) {
      report.get().write(html);
    }
  }
}
