package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection whose every word is the test's own, in the clear or over TLS.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class LineTalk implements Closeable {
  private final Socket socket;
  private final InputStream in;

  LineTalk(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(30_000);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  LineTalk send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** The next line, without its end. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("closed after: " + line.toString(ISO_8859_1));
      }
      line.write(next);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  String ask(String command) throws IOException {
    return send(command + "\r\n").line();
  }

  /** The lines that answer a command, up to one of these. */
  List<String> askForMany(String command, String... lasts) throws IOException {
    send(command + "\r\n");
    List<String> lines = new ArrayList<>();
    do {
      lines.add(line());
    } while (!List.of(lasts).contains(lines.getLast()) && !lines.getLast().contains("ERROR"));
    return lines;
  }

  /** Says who it is, in the text protocol. */
  String login(Login login) throws IOException {
    String words = login.user() + " " + login.password();
    return ask("set anything 0 0 " + words.length() + "\r\n" + words);
  }

  /** Whether the server hangs up, whatever it says before. */
  boolean isHungUpOn() {
    try {
      while (in.read() >= 0) {
        // What it says before.
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
