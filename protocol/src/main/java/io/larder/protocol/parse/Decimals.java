package io.larder.protocol.parse;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads numbers with a fraction the way memcached does, which is the way of C's {@code strtod}. */
public final class Decimals {
  private static final Pattern NUMBER =
      Pattern.compile(
          "\\s*([+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|(?i:nan|infinity|inf)))(?:\\s.*)?",
          Pattern.DOTALL);

  private Decimals() {}

  /** The number {@code text} begins with, if white space or nothing ends it. */
  public static OptionalDouble parse(String text) {
    Matcher matcher = NUMBER.matcher(text);
    return matcher.matches()
        ? OptionalDouble.of(valueOf(matcher.group(1)))
        : OptionalDouble.empty();
  }

  private static double valueOf(String number) {
    char last = Character.toLowerCase(number.charAt(number.length() - 1));
    return switch (last) {
      case 'n' -> Double.NaN;
      case 'f', 'y' -> number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      default -> Double.parseDouble(number);
    };
  }
}
