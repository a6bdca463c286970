package io.larder.tests.conformance.same;

import java.util.Base64;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts keys, CAS numbers and dates where a {@link Script} names them. */
final class Rendering {
  private static final Pattern NAMED = Pattern.compile("‹([^›]*)›");

  private Rendering() {}

  /**
   * The bytes of a command.
   *
   * @param prefix goes before the name of every key
   * @param casOf the CAS number of a whole key
   */
  static String render(String command, String prefix, UnaryOperator<String> casOf) {
    return NAMED
        .matcher(command)
        .replaceAll(found -> Matcher.quoteReplacement(replacement(found, prefix, casOf)));
  }

  /** The command as an example shows it: with the plain names. */
  static String plain(String command) {
    return render(command, "", key -> "CAS-OF-" + key);
  }

  private static String replacement(MatchResult found, String prefix, UnaryOperator<String> casOf) {
    String name = found.group(1);
    if (name.startsWith("cas ")) {
      return casOf.apply(key(name.substring(4), prefix));
    }
    if (name.startsWith("b64 ")) {
      return Base64.getEncoder().encodeToString(Bytes.of(key(name.substring(4), prefix)));
    }
    if (name.startsWith("packet ")) {
      return PacketTemplate.render(name.substring("packet ".length()), prefix, casOf);
    }
    if (name.startsWith("now")) {
      return Long.toString(date(name.substring("now".length())));
    }
    return key(name, prefix);
  }

  /** Unix seconds that many from now, such as {@code +100}. */
  static long date(String seconds) {
    return System.currentTimeMillis() / 1000 + Long.parseLong(seconds);
  }

  /** A whole key; {@code a:250} is made up to 250 bytes. */
  static String key(String name, String prefix) {
    int colon = name.indexOf(':');
    if (colon < 0) {
      return prefix + name;
    }
    String key = prefix + name.substring(0, colon);
    int length = Integer.parseInt(name.substring(colon + 1));
    return key + "x".repeat(length - key.length());
  }
}
