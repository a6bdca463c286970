package io.larder.tests.conformance.same;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Bytes for people. */
final class Bytes {
  private static final int SHOWN_MAX = 4000;

  private Bytes() {}

  /** One character for one byte. */
  static byte[] of(String text) {
    return text.getBytes(ISO_8859_1);
  }

  static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  static String show(byte[] bytes) {
    return show(text(bytes));
  }

  /** Everything that is not plain ASCII as an escape, a long run of one character by its length. */
  static String show(String text) {
    StringBuilder shown = new StringBuilder();
    int at = 0;
    while (at < text.length() && shown.length() < SHOWN_MAX) {
      char c = text.charAt(at);
      int run = 1;
      while (at + run < text.length() && text.charAt(at + run) == c) {
        run++;
      }
      if (run > 24) {
        shown.append('<').append(run).append(" x ").append(show(String.valueOf(c))).append('>');
        at += run;
        continue;
      }
      at++;
      switch (c) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        case '\\' -> shown.append("\\\\");
        default -> {
          if (c >= ' ' && c < 127) {
            shown.append(c);
          } else {
            shown.append(String.format("\\x%02x", (int) c));
          }
        }
      }
    }
    return at < text.length() ? shown + "<" + (text.length() - at) + " more>" : shown.toString();
  }
}
