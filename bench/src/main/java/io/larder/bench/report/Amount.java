package io.larder.bench.report;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A size as people write it: a number, with k, m, g or t behind it for powers of 1024, or a
 * percentage of something.
 *
 * @param number of it
 * @param percent so much of a whole instead; NaN when {@code number} stands for itself
 */
public record Amount(long number, double percent) {
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,9})([kmgt]?)");
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,4}(?:\\.\\d{1,4})?)%");
  private static final String UNITS = "kmgt";

  /** What the words say; null when they say nothing of the kind. */
  public static @Nullable Amount parse(String words) {
    String text = words.strip().toLowerCase(Locale.ROOT);
    Matcher percent = PERCENT.matcher(text);
    if (percent.matches()) {
      return new Amount(0, Double.parseDouble(percent.group(1)));
    }
    Matcher number = NUMBER.matcher(text);
    if (!number.matches()) {
      return null;
    }
    long value = Long.parseLong(number.group(1));
    if (!number.group(2).isEmpty()) {
      value <<= 10 * (UNITS.indexOf(number.group(2)) + 1);
    }
    return new Amount(value, Double.NaN);
  }

  public boolean isPercentage() {
    return !Double.isNaN(percent);
  }

  /** So much of {@code whole}, rounded; or the number itself. */
  public long of(long whole) {
    return isPercentage() ? Math.round(whole * percent / 100) : number;
  }
}
