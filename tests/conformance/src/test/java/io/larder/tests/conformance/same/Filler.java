package io.larder.tests.conformance.same;

import io.larder.tests.conformance.process.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Pushes what a server holds in RAM to its flash, by storing and reading items that nobody wants.
 *
 * <p>They are read as well as stored, since an item that has been read is kept in RAM until others
 * that have been read need its room.
 */
final class Filler {
  private static final int VALUE_BYTES = 4000;
  private static final int BATCH_COUNT = 50;

  /** Each thread of a server fills memory of its own, so each needs something to do. */
  private static final int CONNECTION_COUNT = 8;

  private final ServerProcess server;
  private final long bytes;
  private int filled;

  /**
   * Fills a server.
   *
   * @param bytes how much to store each time; a few times the RAM of the server
   */
  Filler(ServerProcess server, long bytes) {
    this.server = server;
    this.bytes = bytes;
  }

  void fill() {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTION_COUNT; i++) {
        sockets.add(server.connect());
      }
      for (long stored = 0; stored < bytes; stored += (long) BATCH_COUNT * VALUE_BYTES) {
        Socket socket = sockets.get((int) (stored / BATCH_COUNT / VALUE_BYTES % CONNECTION_COUNT));
        socket.getOutputStream().write(Bytes.of(batch()));
        awaitNoop(socket.getInputStream());
      }
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("not filled; " + server.diagnosis(), e);
    }
  }

  /** All keys that it has stored. */
  Stream<String> keys() {
    return IntStream.range(0, filled).mapToObj(Filler::key);
  }

  private static String key(int number) {
    return "filler:" + number;
  }

  private String batch() {
    StringBuilder batch = new StringBuilder();
    for (int i = 0; i < BATCH_COUNT; i++) {
      String key = key(filled++);
      batch.append("set %s 0 0 %d noreply\r\n".formatted(key, VALUE_BYTES));
      batch.append("f".repeat(VALUE_BYTES)).append("\r\n");
      batch.append("mg %s s\r\nmg %s s\r\n".formatted(key, key));
    }
    return batch.append("mn\r\n").toString();
  }

  private static void awaitNoop(InputStream in) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    String end = "";
    while (!end.endsWith("MN\r\n")) {
      int length = in.read(buffer);
      if (length < 0) {
        throw new IOException("closed while it was filled");
      }
      String read = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
      end = (end + read).substring(Math.max(0, end.length() + length - 4));
    }
  }
}
