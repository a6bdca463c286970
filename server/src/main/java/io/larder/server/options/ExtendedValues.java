package io.larder.server.options;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was given with {@code -o}, taken apart; the order in which it was given is of no account.
 */
final class ExtendedValues {
  private final Map<ExtendedOption, String> values = new EnumMap<>(ExtendedOption.class);
  private final List<String> paths = new ArrayList<>();

  /** Takes the arguments of every {@code -o} apart; what is wrong goes to {@code problems}. */
  static ExtendedValues parse(List<String> arguments, Problems problems) {
    ExtendedValues values = new ExtendedValues();
    for (String argument : arguments) {
      for (String part : argument.split(",", -1)) {
        if (!part.isBlank()) {
          values.take(part.strip(), problems);
        }
      }
    }
    return values;
  }

  private void take(String part, Problems problems) {
    int equals = part.indexOf('=');
    String word = equals < 0 ? part : part.substring(0, equals);
    String value = equals < 0 ? "" : part.substring(equals + 1);
    ExtendedOption option = ExtendedOption.of(word).orElse(null);
    if (option == null) {
      problems.add(unknown(word));
    } else if (option.takesValue() && value.isEmpty()) {
      problems.add("-o %s has no value: write -o %s=%s.".formatted(word, word, option.unit()));
    } else if (!option.takesValue() && equals >= 0) {
      problems.add("-o %s takes no value: leave out =%s.".formatted(word, value));
    } else if (option == ExtendedOption.EXT_PATH) {
      paths.add(value);
    } else {
      values.put(option, value);
    }
  }

  private static String unknown(String word) {
    if (word.startsWith("proxy_")) {
      return "-o %s is not possible: Larder is no proxy; leave it out.".formatted(word);
    }
    return "-o %s is unknown to memcached and to Larder; larder serve --help lists what there is."
        .formatted(word);
  }

  /** The values of {@code ext_path}. */
  List<String> paths() {
    return paths;
  }

  boolean has(ExtendedOption option) {
    return values.containsKey(option);
  }

  /** The value, or {@code otherwise} if it was not given. */
  String get(ExtendedOption option, String otherwise) {
    return values.getOrDefault(option, otherwise);
  }

  /** The options that were given and have no effect. */
  List<String> withoutEffect() {
    return values.keySet().stream()
        .filter(option -> !option.hasEffect())
        .map(ExtendedOption::word)
        .toList();
  }
}
