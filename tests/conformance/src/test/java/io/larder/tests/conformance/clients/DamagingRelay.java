package io.larder.tests.conformance.clients;

import io.larder.tests.conformance.process.ServerProcess;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;

/**
 * Stands between one client and a server, and flips a bit of what the client sends now and then.
 *
 * <p><b>Threads.</b> Two of its own, from its making until either side hangs up.
 */
final class DamagingRelay implements Closeable {
  private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final ServerProcess server;
  private final Random random;
  private final int bytesSound;

  /**
   * Begins to listen.
   *
   * @param bytesSound how many bytes to leave as they are before the first is damaged
   */
  DamagingRelay(ServerProcess server, long seed, int bytesSound) throws IOException {
    this.server = server;
    this.random = new Random(seed);
    this.bytesSound = bytesSound;
    Thread.ofPlatform().daemon().name("damaging relay").start(this::relay);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void relay() {
    try (Socket client = listening.accept();
        Socket there = server.connect()) {
      Thread back =
          Thread.ofPlatform()
              .daemon()
              .name("relay back")
              .start(() -> {
                try {
                  there.getInputStream().transferTo(client.getOutputStream());
                  client.shutdownOutput();
                } catch (IOException e) {
                  // One of the two has hung up.
                }
              });
      damage(client.getInputStream(), there.getOutputStream());
      there.shutdownOutput();
      back.join();
    } catch (IOException | InterruptedException e) {
      // One of the two has hung up.
    }
  }

  private void damage(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[4096];
    int passed = 0;
    for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
      for (int i = 0; i < length; i++) {
        if (passed++ >= bytesSound && random.nextInt(50) == 0) {
          bytes[i] ^= (byte) (1 << random.nextInt(8));
        }
      }
      out.write(bytes, 0, length);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
