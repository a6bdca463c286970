package io.larder.server.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Java's names of cipher suites and OpenSSL's, {@code ECDHE-RSA-AES256-GCM-SHA384}. */
final class CipherNames {
  /** Key exchange, cipher, hash. */
  private static final Pattern JAVA = Pattern.compile("TLS_(\\w+)_WITH_(\\w+)_(SHA\\d*)");

  private static final Pattern AES = Pattern.compile("AES_(\\d+)(?:_CBC)?");

  private CipherNames() {}

  /**
   * Java's names of {@code wanted}.
   *
   * @param supported every suite there is, by Java's names
   * @throws IllegalArgumentException naming those there are not
   */
  static List<String> toJava(List<String> wanted, String[] supported) {
    Map<String, String> known = new HashMap<>();
    for (String name : supported) {
      known.put(name, name);
      known.put(openSslOf(name), name);
    }
    List<String> found = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String name : wanted) {
      String java = known.get(name);
      if (java == null) {
        unknown.add(name);
      } else {
        found.add(java);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(String.join(", ", unknown));
    }
    return found;
  }

  private static String openSslOf(String java) {
    Matcher parts = JAVA.matcher(java);
    if (!parts.matches()) {
      return java;
    }
    String exchange = parts.group(1).replace('_', '-') + "-";
    String cipher = AES.matcher(parts.group(2)).replaceAll("AES$1").replace('_', '-');
    boolean ownHash = cipher.startsWith("CHACHA20");
    return (exchange.equals("RSA-") ? "" : exchange)
        + cipher
        + (ownHash ? "" : "-" + parts.group(3));
  }
}
