package io.larder.tests.conformance.same;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the questions picked by hand; their files say how they are written. */
final class Exchanges {
  private static final Pattern BEGIN = Pattern.compile("(?m)^== ");
  private static final Pattern MIDDLE = Pattern.compile("(?m)^--\n");
  private static final Pattern REPEATED = Pattern.compile("\\{(\\d+)\\*([^}]*)}");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(x..|.)");

  /** Every flag there can be, but for those that memcached knows since later versions. */
  private static final String FLAGS = "abcdefghijklmnopqrstuvwyzABCDFGHIJKLMNOPQRSTUVWXYZ";

  private Exchanges() {}

  static Stream<Exchange> all() {
    return Stream.of(read("classic.txt"), read("meta.txt"), read("binary.txt"), everyFlag())
        .flatMap(List::stream);
  }

  private static List<Exchange> read(String file) {
    List<Exchange> exchanges = new ArrayList<>();
    List<String> sections = BEGIN.splitAsStream(text(file) + "\n").toList();
    for (String section : sections.subList(1, sections.size())) {
      int name = section.indexOf('\n');
      String[] parts = MIDDLE.split(section.substring(name + 1), 2);
      // The empty line before the next one belongs to neither.
      String asked = parts[parts.length - 1];
      exchanges.add(
          new Exchange(
              section.substring(0, name),
              parts.length == 2 ? bytes(parts[0]) : "",
              bytes(asked.substring(0, asked.length() - 1))));
    }
    return exchanges;
  }

  private static String text(String file) {
    try (InputStream in = Exchanges.class.getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One character for one byte, but for names in angle quotes. */
  private static String bytes(String written) {
    StringBuilder bytes = new StringBuilder();
    for (String line : written.lines().toList()) {
      boolean goesOn = line.endsWith("\\") && !line.endsWith("\\\\");
      String text = goesOn ? line.substring(0, line.length() - 1) : line;
      String repeated =
          REPEATED
              .matcher(text)
              .replaceAll(found ->
                  Matcher.quoteReplacement(
                      found.group(2).repeat(Integer.parseInt(found.group(1)))));
      bytes.append(
          ESCAPED
              .matcher(repeated)
              .replaceAll(found -> Matcher.quoteReplacement(character(found.group(1)))));
      if (!goesOn) {
        bytes.append("\r\n");
      }
    }
    return bytes.toString();
  }

  private static String character(String escape) {
    return switch (escape.charAt(0)) {
      case 'r' -> "\r";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 's' -> " ";
      case '0' -> "\0";
      case '\\' -> "\\";
      case 'x' -> String.valueOf((char) Integer.parseInt(escape.substring(1), 16));
      default -> throw new IllegalArgumentException("no escape: \\" + escape);
    };
  }

  private static List<Exchange> everyFlag() {
    List<Exchange> exchanges = new ArrayList<>();
    for (int i = 0; i < FLAGS.length(); i++) {
      char flag = FLAGS.charAt(i);
      String bare = " " + flag + "\r\n";
      String one = " " + flag + "1\r\n";
      exchanges.add(oneFlag("mg", flag, "mg ‹a› v" + bare + "mg ‹a› t" + one));
      exchanges.add(oneFlag("md", flag, "md ‹a› I" + one + "md ‹a›" + bare));
      exchanges.add(oneFlag("ma", flag, "ma ‹a› v" + bare + "ma ‹a› v" + one));
      if (flag != 's') { // see AcceptedDeviation.SIZE_OF_STORED
        exchanges.add(oneFlag("ms", flag, "ms ‹a› 2" + bare + "42\r\nms ‹a› 2" + one + "hi\r\n"));
      }
    }
    return exchanges;
  }

  private static Exchange oneFlag(String command, char flag, String asked) {
    return new Exchange(
        "an " + command + " with flag " + flag,
        "set ‹a› 3 0 2\r\n41\r\n",
        asked + "mn\r\nmg ‹a› v t f\r\n");
  }
}
