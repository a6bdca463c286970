package io.larder.server.options;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a command line, a sentence each. */
final class Problems {
  private final List<String> sentences = new ArrayList<>();

  void add(String sentence) {
    sentences.add(sentence);
  }

  void throwIfAny() throws StartException {
    if (!sentences.isEmpty()) {
      throw new StartException(ExitCode.USAGE, sentences);
    }
  }

  // --- values of options

  /** A whole number within bounds, or {@code otherwise} and a problem. */
  int wholeNumber(String option, String text, int min, int max, int otherwise) {
    try {
      long value = Long.parseLong(text.strip());
      if (value >= min && value <= max) {
        return (int) value;
      }
    } catch (NumberFormatException e) {
      // The sentence below says it.
    }
    add("%s is %s, but must be a whole number from %d to %d.".formatted(option, text, min, max));
    return otherwise;
  }

  /** A problem, unless {@code text} is a number above {@code bound}. */
  void numberAbove(String option, String text, int bound) {
    try {
      if (Double.parseDouble(text.strip()) > bound) {
        return;
      }
    } catch (NumberFormatException e) {
      // The sentence below says it.
    }
    add("%s is %s, but must be a number above %d.".formatted(option, text, bound));
  }

  /** A number from 0 to 1, or {@code otherwise} and a problem. */
  double share(String option, String text, double otherwise) {
    try {
      double share = Double.parseDouble(text.strip());
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // The sentence below says it.
    }
    add("%s is %s, but must be a number from 0 to 1, such as 0.8.".formatted(option, text));
    return otherwise;
  }

  /** Seconds, possibly with a fraction, in milliseconds, or {@code otherwise} and a problem. */
  long millis(String option, String text, long maxSeconds, long otherwise) {
    try {
      double seconds = Double.parseDouble(text.strip());
      if (seconds >= 0 && seconds <= maxSeconds) {
        return Math.round(seconds * 1000);
      }
    } catch (NumberFormatException e) {
      // The sentence below says it.
    }
    add(
        "%s is %s, but must be a number of seconds from 0 to %d."
            .formatted(option, text, maxSeconds));
    return otherwise;
  }
}
