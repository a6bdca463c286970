package io.larder.server.options;

import io.larder.server.tls.TlsListener;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One address of {@code -l}: {@code host}, {@code host:port}, {@code [v6]:port} or a bare IPv6
 * address; {@code notls:}, {@code btls:} or {@code mtls:} may stand before it.
 *
 * @param tls what is spoken there; null if that was not said
 * @param host a name or an address; {@code *} for all
 * @param port empty for the one of {@code -p}
 */
record ListenAddress(@Nullable TlsListener tls, String host, OptionalInt port) {
  private static final Map<String, TlsListener> PREFIXES =
      Map.of(
          "notls:",
          TlsListener.PLAIN,
          "btls:",
          TlsListener.TLS_FOR_ALL,
          "mtls:",
          TlsListener.MUTUAL_TLS);

  /** The address, or null if {@code text} is none. */
  static @Nullable ListenAddress parse(String text) {
    for (Map.Entry<String, TlsListener> prefix : PREFIXES.entrySet()) {
      if (text.startsWith(prefix.getKey())) {
        return parse(prefix.getValue(), text.substring(prefix.getKey().length()));
      }
    }
    return parse(null, text);
  }

  private static @Nullable ListenAddress parse(@Nullable TlsListener tls, String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      return end <= 1 ? null : withPort(tls, text.substring(1, end), text.substring(end + 1));
    }
    int colon = text.indexOf(':');
    if (colon >= 0 && colon == text.lastIndexOf(':')) {
      return withPort(tls, text.substring(0, colon), text.substring(colon));
    }
    return withPort(tls, text, "");
  }

  private static @Nullable ListenAddress withPort(
      @Nullable TlsListener tls, String host, String rest) {
    if (host.isBlank()) {
      return null;
    }
    if (rest.isEmpty()) {
      return new ListenAddress(tls, host, OptionalInt.empty());
    }
    try {
      int port = rest.charAt(0) == ':' ? Integer.parseInt(rest.substring(1)) : -1;
      return port < 1 || port > 65535 ? null : new ListenAddress(tls, host, OptionalInt.of(port));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
