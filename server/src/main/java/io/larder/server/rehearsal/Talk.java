package io.larder.server.rehearsal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A client that asks many things at once and reads past the answers.
 *
 * <p><b>Threads.</b> Confined to one.
 */
final class Talk implements AutoCloseable {
  private static final String LAST_COMMAND = "mn\r\n";
  private static final byte[] LAST_ANSWER = "MN\r\n".getBytes(US_ASCII);
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket = new Socket();
  private final InputStream input;
  private final OutputStream output;
  private final byte[] answers = new byte[1 << 20];

  Talk(InetSocketAddress address) throws IOException {
    socket.connect(address, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    input = socket.getInputStream();
    output = socket.getOutputStream();
  }

  /** Says all of it together and waits for the end of the answers, which fit into a megabyte. */
  void ask(String commands) throws IOException {
    output.write((commands + LAST_COMMAND).getBytes(US_ASCII));
    int end = 0;
    while (!endsWithLast(end)) {
      int read = input.read(answers, end, answers.length - end);
      if (read <= 0) {
        throw new EOFException("the server has ended the talk");
      }
      end += read;
    }
  }

  private boolean endsWithLast(int end) {
    int from = end - LAST_ANSWER.length;
    for (int i = 0; i < LAST_ANSWER.length; i++) {
      if (from < 0 || answers[from + i] != LAST_ANSWER[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
