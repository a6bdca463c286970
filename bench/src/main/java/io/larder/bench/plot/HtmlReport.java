package io.larder.bench.plot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One page of HTML that opens without a network: text, tables, plots, in the light and in the dark.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class HtmlReport {
  private static final String STYLE =
      """
      *{box-sizing:border-box}
      body{margin:0;background:var(--surface);color:var(--ink);line-height:1.5;
        font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:15px}
      main{max-width:1180px;margin:0 auto;padding:36px 24px 64px}
      h1{font-size:26px;margin:0 0 4px;letter-spacing:-.01em}
      h2{font-size:18px;margin:40px 0 12px}
      p{margin:8px 0;max-width:76ch}
      .lead,.note{color:var(--soft)}
      .warn{border-left:3px solid var(--bad);padding:4px 12px;margin:12px 0}
      .tiles{display:flex;flex-wrap:wrap;gap:12px;margin:24px 0}
      .tile{background:var(--raised);border:1px solid var(--line);border-radius:10px;padding:12px 18px;min-width:150px}
      .tile b{display:block;font-size:25px;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
      .tile span{color:var(--soft);font-size:13px}
      .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:16px;margin:16px 0}
      .card{background:var(--raised);border:1px solid var(--line);border-radius:10px;padding:12px;--surface:var(--raised)}
      .card svg{display:block;width:100%;max-width:760px;height:auto}
      .plots .card:only-child{max-width:786px}
      .scroll{overflow-x:auto}
      table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
      th,td{padding:5px 14px 5px 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
      th{color:var(--soft);font-weight:500}
      th:first-child,td:first-child{text-align:left}
      .facts td{white-space:normal;text-align:left;overflow-wrap:anywhere;vertical-align:top}
      .facts td:first-child{color:var(--soft);white-space:nowrap}
      @media print{.card,.tile{break-inside:avoid}}
      """;

  private final StringBuilder body = new StringBuilder();
  private final String title;
  private boolean isInPlots;

  /** An empty report; {@code lead} says in a sentence or two what it is about. */
  public HtmlReport(String title, String lead) {
    this.title = title;
    body.append("<h1>").append(Svg.escaped(title)).append("</h1>\n");
    body.append("<p class=\"lead\">").append(Svg.escaped(lead)).append("</p>\n");
  }

  /** Begins a part. */
  public HtmlReport heading(String text) {
    return add("<h2>" + Svg.escaped(text) + "</h2>\n");
  }

  public HtmlReport paragraph(String text) {
    return add("<p>" + Svg.escaped(text) + "</p>\n");
  }

  /** What helps to read what stands above it. */
  public HtmlReport note(String text) {
    return add("<p class=\"note\">" + Svg.escaped(text) + "</p>\n");
  }

  /** What a reader should know before believing the figures. */
  public HtmlReport warning(String text) {
    return add("<p class=\"warn\">" + Svg.escaped(text) + "</p>\n");
  }

  /** The few figures that matter most, by their names. */
  public HtmlReport tiles(Map<String, String> figures) {
    StringBuilder tiles = new StringBuilder("<div class=\"tiles\">\n");
    figures.forEach((name, value) ->
        tiles.append(
            "<div class=\"tile\"><b>%s</b><span>%s</span></div>%n"
                .formatted(Svg.escaped(value), Svg.escaped(name))));
    return add(tiles.append("</div>\n").toString());
  }

  /** Names and what belongs to them: machine, versions, flags. */
  public HtmlReport facts(Map<String, String> facts) {
    StringBuilder rows = new StringBuilder("<div class=\"scroll\"><table class=\"facts\">\n");
    facts.forEach((name, value) ->
        rows.append(
            "<tr><td>%s</td><td>%s</td></tr>%n".formatted(Svg.escaped(name), Svg.escaped(value))));
    return add(rows.append("</table></div>\n").toString());
  }

  /** Figures in rows, the first cell of each being a name. */
  public HtmlReport table(List<String> header, List<List<String>> rows) {
    StringBuilder table = new StringBuilder("<div class=\"scroll\"><table>\n");
    row(table, header, "th");
    rows.forEach(each -> row(table, each, "td"));
    return add(table.append("</table></div>\n").toString());
  }

  private static void row(StringBuilder table, List<String> cells, String kind) {
    table.append("<tr>");
    cells.forEach(cell -> table.append("<%s>%s</%1$s>".formatted(kind, Svg.escaped(cell))));
    table.append("</tr>\n");
  }

  /** A plot beside those before it, where there is room. */
  public HtmlReport plot(LinePlot plot) {
    return plot.isEmpty() ? this : card(plot.inline());
  }

  /** A plot beside those before it, where there is room. */
  public HtmlReport plot(RatioPlot plot) {
    return plot.isEmpty() ? this : card(plot.inline());
  }

  private HtmlReport card(String svg) {
    if (!isInPlots) {
      body.append("<div class=\"plots\">\n");
      isInPlots = true;
    }
    body.append("<div class=\"card\">\n").append(svg).append("</div>\n");
    return this;
  }

  private HtmlReport add(String html) {
    endPlots();
    body.append(html);
    return this;
  }

  private void endPlots() {
    if (isInPlots) {
      body.append("</div>\n");
      isInPlots = false;
    }
  }

  /** The page. */
  public String text() {
    endPlots();
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>%s</title>
    <style>
    %s%s%s</style>
    </head>
    <body><main>
    %s</main></body>
    </html>
    """
        .formatted(Svg.escaped(title), Style.variables(":root"), STYLE, Style.OF_PLOTS, body);
  }

  /** Writes the page. */
  public void write(Path file) throws IOException {
    Files.writeString(file, text());
  }
}
