package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.larder.tests.conformance.client.Values;
import io.larder.tests.conformance.process.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who stores values all the time, so that what others store is soon pushed out of RAM.
 *
 * <p><b>Threads.</b> One of its own, from its making until it is closed.
 */
final class Pressure implements AutoCloseable {
  /** Nobody. */
  static final Pressure NONE = new Pressure(null);

  private static final int KEY_COUNT = 20_000;
  private static final int VALUE_BYTES = 4096;
  private static final int BATCH_COUNT = 50;

  private final @Nullable Thread thread;
  private volatile boolean ended;
  private volatile @Nullable Exception failure;

  private Pressure(@Nullable ServerProcess server) {
    this.thread =
        server == null ? null : Thread.ofPlatform().name("pressure").start(() -> store(server));
  }

  static Pressure on(ServerProcess server) {
    return new Pressure(server);
  }

  private void store(ServerProcess server) {
    try (Socket socket = server.connect()) {
      InputStream in = socket.getInputStream();
      byte[] line = "\r\n".getBytes(ISO_8859_1);
      for (int i = 0; !ended; i++) {
        String key = "pressure:" + i % KEY_COUNT;
        String head = "set %s 0 0 %d noreply\r\n".formatted(key, VALUE_BYTES);
        socket.getOutputStream().write(head.getBytes(ISO_8859_1));
        socket.getOutputStream().write(Values.of(i, 1, VALUE_BYTES));
        socket.getOutputStream().write(line);
        if (i % BATCH_COUNT == 0) {
          socket.getOutputStream().write("mn\r\n".getBytes(ISO_8859_1));
          in.readNBytes(4);
        }
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  @Override
  public void close() {
    if (thread == null) {
      return;
    }
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }
}
