package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Many connections that are opened and kept, and hardly say anything; never more than this process
 * may have.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class Crowd implements Closeable {
  /** What the rest of the process may need. */
  private static final long FILES_OF_OTHERS = 500;

  private final List<SocketChannel> channels = new ArrayList<>();

  /** Opens so many connections to a port of the loopback address, or as many as there may be. */
  static Crowd of(int wanted, int port) throws IOException {
    Crowd crowd = new Crowd();
    try {
      for (int i = 0; i < Math.min(wanted, countMax()); i++) {
        SocketChannel channel = SocketChannel.open();
        crowd.channels.add(channel);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.configureBlocking(false);
      }
      return crowd;
    } catch (IOException e) {
      crowd.close();
      throw e;
    }
  }

  private static long countMax() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? Math.max(1, (unix.getMaxFileDescriptorCount() - FILES_OF_OTHERS) / 2)
        : 100;
  }

  int count() {
    return channels.size();
  }

  /** Sends the same to the server on each connection, as far as the server takes it. */
  long say(String text) {
    long taken = 0;
    for (SocketChannel channel : channels) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
      try {
        taken += channel.write(bytes);
      } catch (IOException e) {
        // It was hung up on.
      }
    }
    return taken;
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }
}
