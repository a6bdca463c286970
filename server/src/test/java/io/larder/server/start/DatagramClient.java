package io.larder.server.start;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A client that speaks in datagrams and puts the parts of a reply together. */
final class DatagramClient implements AutoCloseable {
  private static final int HEADER_BYTES = 8;
  private static final int PATIENCE_MILLIS = 10_000;

  private final DatagramSocket socket;
  private int datagramCount;

  DatagramClient(InetSocketAddress address) throws IOException {
    socket = new DatagramSocket();
    socket.connect(address);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  void send(byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  void sendRequest(int id, int number, int count, String text) throws IOException {
    byte[] bytes = text.getBytes(ISO_8859_1);
    send(
        ByteBuffer.allocate(HEADER_BYTES + bytes.length)
            .putShort((short) id)
            .putShort((short) number)
            .putShort((short) count)
            .putShort((short) 0)
            .put(bytes)
            .array());
  }

  /** Sends a request and takes the whole reply, whose parts come in order on one machine. */
  String ask(int id, String text) throws IOException {
    sendRequest(id, 0, 1, text);
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    int number = 0;
    int count = 1;
    while (number < count) {
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      socket.receive(packet);
      ByteBuffer head = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
      expect("id", id, Short.toUnsignedInt(head.getShort()));
      expect("number", number++, Short.toUnsignedInt(head.getShort()));
      count = Short.toUnsignedInt(head.getShort());
      expect("last field", 0, head.getShort());
      if (packet.getLength() > 1400) {
        throw new IllegalStateException("a datagram of " + packet.getLength() + " bytes");
      }
      reply.write(packet.getData(), HEADER_BYTES, packet.getLength() - HEADER_BYTES);
    }
    datagramCount = count;
    return reply.toString(ISO_8859_1);
  }

  private static void expect(String what, int wanted, int found) {
    if (wanted != found) {
      throw new IllegalStateException(what + " is " + found + " and not " + wanted);
    }
  }

  /** How many datagrams the last reply had. */
  int datagramCount() {
    return datagramCount;
  }

  @Override
  public void close() {
    socket.close();
  }
}
