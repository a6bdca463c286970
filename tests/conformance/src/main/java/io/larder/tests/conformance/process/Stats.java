package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The rows of one {@code stats} reply, in their order. */
public final class Stats {
  private final Map<String, String> rows;

  private Stats(Map<String, String> rows) {
    this.rows = Collections.unmodifiableMap(rows);
  }

  /** Asks the server on a port of the loopback address. */
  public static Stats of(int port, String... arguments) {
    Map<String, String> rows = new LinkedHashMap<>();
    String command = String.join(" ", "stats", String.join(" ", arguments)).strip() + "\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(command.getBytes(ISO_8859_1));
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      String line;
      while ((line = reader.readLine()) != null && line.startsWith("STAT ")) {
        int space = line.indexOf(' ', 5);
        rows.put(
            space < 0 ? line.substring(5) : line.substring(5, space),
            space < 0 ? "" : line.substring(space + 1));
      }
      if (line == null || !line.equals("END")) {
        throw new IllegalStateException(command.strip() + " was answered with " + line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Stats(rows);
  }

  public Set<String> names() {
    return rows.keySet();
  }

  public boolean has(String name) {
    return rows.containsKey(name);
  }

  public String text(String name) {
    String value = rows.get(name);
    if (value == null) {
      throw new IllegalStateException("stats do not show " + name + ", but " + rows.keySet());
    }
    return value;
  }

  public long number(String name) {
    return Long.parseLong(text(name));
  }

  @Override
  public String toString() {
    return rows.toString();
  }
}
