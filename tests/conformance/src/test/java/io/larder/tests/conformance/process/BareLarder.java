package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Larder, started with the arguments that are given and no others, as the start script of a
 * memcached would; asked on a Unix socket or on a port.
 *
 * <p><b>Threads.</b> Any, but for {@link #close}.
 */
public final class BareLarder extends ServerProcess {
  private static final Duration START_MAX = Duration.ofSeconds(30);

  private final SocketAddress address;

  private BareLarder(SocketAddress address, int port, List<String> command, Path folder) {
    super("bare", port, command, folder);
    this.address = address;
  }

  /** Starts it without waiting for an answer; it is to listen on a Unix socket. */
  public static BareLarder launchOnSocket(Path folder, Path socket, String... arguments) {
    return new BareLarder(UnixDomainSocketAddress.of(socket), 0, command(arguments), folder);
  }

  /** Starts it without waiting for an answer; it is to listen on a port of the loopback address. */
  public static BareLarder launchOnPort(Path folder, int port, String... arguments) {
    return new BareLarder(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        port,
        command(arguments),
        folder);
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(LarderProcess.program());
    command.add("serve");
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits until it answers. */
  public BareLarder ready() {
    awaitReady(START_MAX);
    return this;
  }

  /** Waits until it has ended by itself; its exit code. */
  public int exitCode() {
    return awaitExit(START_MAX);
  }

  @Override
  boolean answers() {
    try {
      return ask("version\r\n", "VERSION").startsWith("VERSION");
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** What answers a command, up to a line that begins so, or to the end of the connection. */
  public String ask(String command, String lastLine) {
    StandardProtocolFamily family =
        address instanceof UnixDomainSocketAddress
            ? StandardProtocolFamily.UNIX
            : StandardProtocolFamily.INET;
    try (SocketChannel channel = SocketChannel.open(family)) {
      channel.connect(address);
      channel.write(ByteBuffer.wrap(command.getBytes(ISO_8859_1)));
      StringBuilder answer = new StringBuilder();
      ByteBuffer read = ByteBuffer.allocate(1 << 16);
      while (answer.toString().lines().noneMatch(line -> line.startsWith(lastLine))
          && channel.read(read.clear()) >= 0) {
        answer.append(ISO_8859_1.decode(read.flip()));
      }
      return answer.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
