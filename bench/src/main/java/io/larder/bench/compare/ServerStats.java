package io.larder.bench.compare;

import io.larder.bench.load.ServerAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server says of itself, over a connection of its own.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class ServerStats implements AutoCloseable {
  private static final int ANSWER_MILLIS_MAX = 30_000;

  private final Socket socket;
  private final BufferedReader reader;

  private ServerStats(Socket socket, BufferedReader reader) {
    this.socket = socket;
    this.reader = reader;
  }

  /** Connects to a server that listens on TCP. */
  public static ServerStats connect(ServerAddress address) throws IOException {
    Socket socket = new Socket(address.host(), address.port());
    socket.setSoTimeout(ANSWER_MILLIS_MAX);
    return new ServerStats(
        socket,
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1)));
  }

  /** The numbers among its statistics, by their names. */
  public Map<String, Double> numbers() throws IOException {
    socket.getOutputStream().write("stats\r\n".getBytes(StandardCharsets.US_ASCII));
    Map<String, Double> numbers = new LinkedHashMap<>();
    while (true) {
      String line = reader.readLine();
      if (line == null) {
        throw new IOException("the server has closed the connection that asks for its statistics");
      }
      if (line.equals("END")) {
        return numbers;
      }
      String[] words = line.split(" ", 3);
      if (words.length == 3 && words[2].matches("-?\\d+(\\.\\d+)?")) {
        numbers.put(words[1], Double.parseDouble(words[2]));
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
