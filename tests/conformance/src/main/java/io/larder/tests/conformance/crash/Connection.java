package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A socket to a server, written in batches and read line by line.
 *
 * <p>Ends with an {@link IOException} when the server does.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class Connection implements AutoCloseable {
  private static final int CONNECT_MILLIS_MAX = 2000;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int LINE_MAX = 4096;

  private final Socket socket = new Socket();
  private final InputStream in;
  private final ByteArrayOutputStream batch = new ByteArrayOutputStream();

  Connection(int port) throws IOException {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS_MAX);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  void add(String text) {
    batch.writeBytes(text.getBytes(ISO_8859_1));
  }

  void add(byte[] bytes) {
    batch.writeBytes(bytes);
  }

  /** Bytes that have been added and not been sent. */
  int unsentBytes() {
    return batch.size();
  }

  void send() throws IOException {
    batch.writeTo(socket.getOutputStream());
    batch.reset();
  }

  /** The next line, without its end. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.length() > LINE_MAX) {
        throw new EOFException("closed after " + line);
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /** So many bytes of a value, and the end of line behind them. */
  byte[] value(int bytes) throws IOException {
    byte[] value = in.readNBytes(bytes);
    if (value.length < bytes || in.readNBytes(2).length < 2) {
      throw new EOFException("closed in a value");
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
