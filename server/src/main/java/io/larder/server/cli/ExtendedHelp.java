package io.larder.server.cli;

import io.larder.server.options.ExtendedOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The part of the help that is about {@code -o}, from the rows of {@link ExtendedOption}. */
final class ExtendedHelp {
  private static final int WIDTH = 80;
  private static final String INDENT = "      ";

  private ExtendedHelp() {}

  static String[] lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("Options of -o:");
    for (ExtendedOption option : ExtendedOption.values()) {
      if (option.hasEffect()) {
        lines.add("  " + heading(option));
        wrap(option.sentence(), lines);
      }
    }
    lines.add("");
    lines.add("Memcached's other options of -o are taken and have no effect; -v says which:");
    wrap(
        Arrays.stream(ExtendedOption.values())
            .filter(option -> !option.hasEffect())
            .map(ExtendedOption::word)
            .collect(Collectors.joining(", ")),
        lines);
    // Picocli would read a % as the start of a format.
    return lines.stream().map(line -> line.replace("%", "%%")).toArray(String[]::new);
  }

  private static String heading(ExtendedOption option) {
    String heading = option.takesValue() ? option.word() + "=" + option.unit() : option.word();
    return option.byDefault().isEmpty()
        ? heading
        : heading + "  (default " + option.byDefault() + ")";
  }

  private static void wrap(String text, List<String> lines) {
    StringBuilder line = new StringBuilder(INDENT);
    for (String word : text.split(" ", -1)) {
      if (line.length() + word.length() > WIDTH) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
        line.append(INDENT);
      }
      line.append(word).append(' ');
    }
    lines.add(line.toString().stripTrailing());
  }
}
