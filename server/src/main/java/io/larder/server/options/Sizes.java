package io.larder.server.options;

import java.util.OptionalLong;

/** Sizes in bytes, the way memcached has them written. */
final class Sizes {
  private static final String UNITS = "kmgtp";

  private Sizes() {}

  /**
   * A number and one of the letters {@code units}, in either case.
   *
   * @param needsUnit whether a number alone, of bytes, is refused
   * @return empty if {@code text} is no such size, or none that a long can hold
   */
  static OptionalLong parse(String text, String units, boolean needsUnit) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    char last = Character.toLowerCase(text.charAt(text.length() - 1));
    boolean hasUnit = units.indexOf(last) >= 0;
    if (!hasUnit && needsUnit) {
      return OptionalLong.empty();
    }
    String digits = hasUnit ? text.substring(0, text.length() - 1) : text;
    int shift = hasUnit ? 10 * (UNITS.indexOf(last) + 1) : 0;
    try {
      long number = Long.parseLong(digits);
      if (number < 0 || number > Long.MAX_VALUE >> shift) {
        return OptionalLong.empty();
      }
      return OptionalLong.of(number << shift);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
