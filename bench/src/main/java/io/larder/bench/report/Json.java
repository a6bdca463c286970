package io.larder.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures as JSON: maps, lists, numbers, texts and truths. */
public final class Json {
  private Json() {}

  /** A value, over several lines where it is a map. Numbers that are none become null. */
  public static String of(Object value) {
    return text(value, "") + "\n";
  }

  private static String text(Object value, String indent) {
    String deeper = indent + "  ";
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry ->
                  deeper
                      + quoted(String.valueOf(entry.getKey()))
                      + ": "
                      + text(entry.getValue(), deeper))
              .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
      case List<?> list ->
          list.stream().map(each -> text(each, deeper)).collect(Collectors.joining(", ", "[", "]"));
      case Double number ->
          Double.isFinite(number) ? String.format(Locale.ROOT, "%.6g", number) : "null";
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      default -> quoted(value.toString());
    };
  }

  /** A text between quotation marks. */
  public static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\');
      }
      quoted.append(c < ' ' ? ' ' : c);
    }
    return quoted.append('"').toString();
  }
}
