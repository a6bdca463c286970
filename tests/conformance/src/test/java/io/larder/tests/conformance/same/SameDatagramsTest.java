package io.larder.tests.conformance.same;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same datagrams to both servers: the same datagrams come back, header and all. */
class SameDatagramsTest {
  private static final int PATIENCE_MILLIS = 20_000;

  /** Waited for where no answer is expected, and nothing can be asked behind. */
  private static final int SILENCE_MILLIS = 1000;

  private static final int COUNT_AT = 4;

  private static final byte[] GET_A = request("get a\r\n");

  /** A question whose answer shows by its number which it is of. */
  private static final byte[] MARK = request(0x2a2b, 0, 1, "version\r\n");

  @TempDir private Path folder;

  private static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A request: id, number, count, 0, and the commands. */
  private static byte[] request(int id, int number, int count, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return ByteBuffer.allocate(8 + bytes.length)
        .putShort((short) id)
        .putShort((short) number)
        .putShort((short) count)
        .putShort((short) 0)
        .put(bytes)
        .array();
  }

  private static byte[] request(String text) {
    return request(4711, 0, 1, text);
  }

  /** All questions that have an answer, and in memcached one reply. */
  private static List<byte[]> answered() {
    return List.of(
        request("set a 5 0 5\r\nhello\r\n"),
        request("get a\r\n"),
        request(0, 0, 1, "get a\r\n"),
        request(0xffff, 3, 1, "get a\r\n"),
        request("get b\r\n"),
        request("gets\r\n"),
        request("mg a v f s\r\n"),
        request("delete a\r\n"),
        request("set big 0 0 50000\r\n" + "x".repeat(50_000) + "\r\n"),
        request("get big\r\n"),
        request("mg big v\r\n"),
        request("ma n N0 J5 v\r\n"),
        request("incr none 1\r\n"),
        request("nonsense\r\n"),
        ByteBuffer.allocate(32).put(HexFormat.of().parseHex("0001000000010000800a")).array());
  }

  private static List<byte[]> unanswered() {
    return List.of(
        new byte[] {1, 2, 3},
        request(""),
        request(1, 0, 2, "get a\r\n"),
        request(1, 0, 0, "get a\r\n"),
        request("get a"),
        request("set a 0 0 1 noreply\r\n1\r\n"));
  }

  /** Memcached takes the next datagrams for the rest of the value, so these come last. */
  private static List<byte[]> unansweredHalves() {
    return List.of(
        request("set big 0 0 100000\r\n" + "x".repeat(50_000) + "\r\n"),
        request("set a 0 0 10\r\nhal"));
  }

  private static List<String> ask(DatagramSocket socket, byte[] request) throws IOException {
    socket.send(new DatagramPacket(request, request.length));
    List<String> datagrams = new ArrayList<>();
    int count = 1;
    while (datagrams.size() < count) {
      DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
      try {
        socket.receive(packet);
      } catch (SocketTimeoutException e) {
        break;
      }
      count = ByteBuffer.wrap(packet.getData()).getShort(COUNT_AT);
      datagrams.add(new String(packet.getData(), 0, packet.getLength(), ISO_8859_1));
    }
    return datagrams;
  }

  /**
   * Asks, and marks what comes behind. Datagrams stay in their order on the loopback address, and
   * either server has one thread for them, so an answer would come before the mark's.
   */
  private static void assertUnanswered(DatagramSocket socket, byte[] request, String whose)
      throws IOException {
    socket.send(new DatagramPacket(request, request.length));
    assertThat(ask(socket, MARK))
        .as("%s answer to %s", whose, text(request))
        .singleElement(STRING)
        .startsWith("*+")
        .contains("VERSION");
  }

  private static DatagramSocket connect(int port) throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  @Test
  void theSameDatagramsComeBack() throws IOException {
    int theirPort = freePort();
    int ourPort = freePort();
    try (MemcachedProcess memcached =
            MemcachedProcess.start(folder, "-t", "1", "-U", Integer.toString(theirPort));
        LarderProcess larder =
            LarderProcess.start(folder, "--ram-only", "-U", Integer.toString(ourPort));
        DatagramSocket theirs = connect(theirPort);
        DatagramSocket ours = connect(ourPort)) {
      assertThat(memcached.isAlive()).isTrue();
      assertThat(larder.isAlive()).isTrue();
      for (byte[] request : answered()) {
        List<String> expected = ask(theirs, request);
        assertThat(expected).as("memcached's answer to %s", text(request)).isNotEmpty();
        assertThat(ask(ours, request)).as(text(request)).isEqualTo(expected);
      }
      for (byte[] request : unanswered()) {
        assertUnanswered(theirs, request, "memcached's");
        assertUnanswered(ours, request, "Larder's");
      }
      assertThat(ask(ours, GET_A)).as("what was set quietly").isEqualTo(ask(theirs, GET_A));
      theirs.setSoTimeout(SILENCE_MILLIS);
      for (byte[] request : unansweredHalves()) {
        assertThat(ask(theirs, request)).as("memcached's to %s", text(request)).isEmpty();
        assertUnanswered(ours, request, "Larder's");
      }
      assertThat(ask(ours, GET_A))
          .as("after half a value")
          .singleElement(STRING)
          .contains("\r\n1\r\n");
    }
  }

  private static String text(byte[] request) {
    String text = new String(request, ISO_8859_1);
    return text.substring(Math.min(8, text.length()), Math.min(60, text.length()));
  }
}
