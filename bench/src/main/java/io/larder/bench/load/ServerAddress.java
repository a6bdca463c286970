package io.larder.bench.load;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens: {@code HOST:PORT}, or the path of a socket in the file system.
 *
 * @param text as it was given
 * @param path of the socket; null for TCP
 * @param host empty for a path
 * @param port 0 for a path
 */
public record ServerAddress(String text, @Nullable Path path, String host, int port) {
  /** Understands {@code host:port}, {@code [::1]:port} and everything with a slash. */
  public static ServerAddress parse(String text) {
    if (text.contains("/")) {
      return new ServerAddress(text, Path.of(text), "", 0);
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = colon < 0 ? 0 : port(text.substring(colon + 1));
    if (host.isEmpty() || port == 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is neither HOST:PORT nor the path of a socket");
    }
    return new ServerAddress(text, null, host, port);
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port > 0 && port < 1 << 16 ? port : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  InetSocketAddress socket() {
    return new InetSocketAddress(host, port);
  }
}
