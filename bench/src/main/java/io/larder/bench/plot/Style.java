package io.larder.bench.plot;

/** Colours and letters, in the light and in the dark. */
final class Style {
  /*
   * Colours are variables, so that one drawing serves both. A drawing that stands alone brings the
   * variables with it; one within a report uses the report's.
   */

  /** How many series can be told apart by colour; further ones begin again. */
  static final int SERIES_COUNT = 6;

  private static final String LIGHT =
      """
      --surface:#fcfcfb;--raised:#ffffff;--ink:#1a1a19;--soft:#5f5e5a;--line:#e3e2dd;--axis:#b4b2a9;
      --s0:#2a6fdb;--s1:#d9622b;--s2:#128a63;--s3:#a1478f;--s4:#b08900;--s5:#5b5fc7;
      --good:#128a63;--bad:#c5352b;\
      """;

  private static final String DARK =
      """
      --surface:#191918;--raised:#232322;--ink:#f0efea;--soft:#a8a69d;--line:#383733;--axis:#66645d;
      --s0:#6aa5ff;--s1:#ff9561;--s2:#48c79a;--s3:#dc8bcb;--s4:#dcb840;--s5:#a3a6ff;
      --good:#48c79a;--bad:#ff7a6e;\
      """;

  /** The variables, for whatever {@code selector} names. */
  static String variables(String selector) {
    return selector
        + "{"
        + LIGHT
        + "}\n@media (prefers-color-scheme:dark){"
        + selector
        + "{"
        + DARK
        + "}}\n";
  }

  /** What drawings are made of. */
  static final String OF_PLOTS =
      """
      .plot{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:12px}
      .plot text{fill:var(--soft)}
      .plot .name{fill:var(--ink);font-size:14px;font-weight:600}
      .plot .ink{fill:var(--ink)}
      .plot .grid{stroke:var(--line);stroke-width:1}
      .plot .axis{stroke:var(--axis);stroke-width:1}
      .plot .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
      .plot .dot{stroke:var(--surface);stroke-width:1.5}
      .plot .limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4}
      .plot .limit-name{fill:var(--bad);paint-order:stroke;stroke:var(--surface);stroke-width:4px}
      .plot .one{stroke:var(--ink);stroke-width:1}
      .plot .ground{fill:var(--surface)}
      """;

  private Style() {}

  /** A colour of its own for a series, as far as there are enough. */
  static String ofSeries(int index) {
    return "var(--s" + index % SERIES_COUNT + ")";
  }
}
