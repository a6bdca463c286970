package io.larder.server.options;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One address of {@code -l}: {@code host}, {@code host:port}, {@code [v6]:port} or a bare IPv6
 * address.
 *
 * @param host a name or an address; {@code *} for all
 * @param port empty for the one of {@code -p}
 */
record ListenAddress(String host, OptionalInt port) {

  /** The address, or null if {@code text} is none. */
  static @Nullable ListenAddress parse(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      return end <= 1 ? null : withPort(text.substring(1, end), text.substring(end + 1));
    }
    int colon = text.indexOf(':');
    if (colon >= 0 && colon == text.lastIndexOf(':')) {
      return withPort(text.substring(0, colon), text.substring(colon));
    }
    return withPort(text, "");
  }

  private static @Nullable ListenAddress withPort(String host, String rest) {
    if (host.isBlank()) {
      return null;
    }
    if (rest.isEmpty()) {
      return new ListenAddress(host, OptionalInt.empty());
    }
    try {
      int port = rest.charAt(0) == ':' ? Integer.parseInt(rest.substring(1)) : -1;
      return port < 1 || port > 65535 ? null : new ListenAddress(host, OptionalInt.of(port));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
