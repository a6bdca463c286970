package io.larder.server.start;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A client that says what it is told to and reads line by line. */
final class TestClient implements AutoCloseable {
  private final SocketChannel channel;
  private final InputStream input;

  private TestClient(SocketAddress address) throws IOException {
    channel =
        SocketChannel.open(
            address instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET);
    channel.connect(address);
    input = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
  }

  /** Connects to an address as the start-up line has it. */
  static TestClient connect(String address) throws IOException {
    if (address.startsWith("/")) {
      return new TestClient(UnixDomainSocketAddress.of(address));
    }
    int colon = address.lastIndexOf(':');
    return new TestClient(
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
  }

  SocketChannel channel() {
    return channel;
  }

  void send(String text) throws IOException {
    send(text.getBytes(ISO_8859_1));
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** The next line, without its end. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = input.read(); b != '\n'; b = input.read()) {
      if (b < 0) {
        throw new EOFException("after: " + line.toString(ISO_8859_1));
      }
      line.write(b);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  /** Exactly so many bytes. */
  byte[] bytes(int count) throws IOException {
    byte[] bytes = input.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("after " + bytes.length + " of " + count + " bytes");
    }
    return bytes;
  }

  /** Sends a command and takes its one line of answer. */
  String ask(String command) throws IOException {
    send(command + "\r\n");
    return line();
  }

  String set(String key, byte[] value) throws IOException {
    byte[] head = ("set " + key + " 0 0 " + value.length + "\r\n").getBytes(ISO_8859_1);
    byte[] command = Arrays.copyOf(head, head.length + value.length + 2);
    System.arraycopy(value, 0, command, head.length, value.length);
    command[command.length - 2] = '\r';
    command[command.length - 1] = '\n';
    send(command);
    return line();
  }

  /** The values that are there, by key. */
  Map<String, byte[]> get(List<String> keys) throws IOException {
    send("get " + String.join(" ", keys) + "\r\n");
    Map<String, byte[]> values = new HashMap<>();
    for (String line = line(); !line.equals("END"); line = line()) {
      String[] words = line.split(" ", -1);
      values.put(words[1], bytes(Integer.parseInt(words[3])));
      bytes(2);
    }
    return values;
  }

  /** The statistics of {@code what}, in order of arrival. */
  List<String> statLines(String what) throws IOException {
    send(("stats " + what).stripTrailing() + "\r\n");
    List<String> lines = new ArrayList<>();
    for (String line = line(); !line.equals("END"); line = line()) {
      lines.add(line);
    }
    return lines;
  }

  /** One of the general statistics, as a number. */
  long stat(String name) throws IOException {
    return statLines("").stream()
        .map(line -> line.split(" ", 3))
        .filter(words -> words[1].equals(name))
        .mapToLong(words -> Long.parseLong(words[2]))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + name));
  }

  /** Whether the server has closed the connection, after nothing more than this. */
  boolean isClosedByServer() throws IOException {
    try {
      return input.read() < 0;
    } catch (IOException e) {
      return true; // A reset: the server did not read everything.
    }
  }

  /** Says that nothing more will be sent. */
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
