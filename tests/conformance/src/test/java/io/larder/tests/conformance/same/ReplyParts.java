package io.larder.tests.conformance.same;

import java.util.ArrayList;
import java.util.List;

/** Cuts what a server said into lines and values; a packet becomes a line. */
final class ReplyParts {
  /** A line without its end, or the bytes of a value. */
  record Part(boolean isValue, String text) {}

  /** First byte of every reply of the binary protocol. */
  private static final int PACKET_MAGIC = 0x81;

  private final String reply;
  private final List<Part> parts = new ArrayList<>();
  private int at;

  private ReplyParts(String reply) {
    this.reply = reply;
  }

  static List<Part> of(byte[] reply) {
    if (reply.length > 0 && (reply[0] & 0xff) == PACKET_MAGIC) {
      return PacketTemplate.linesOf(reply).stream().map(line -> new Part(false, line)).toList();
    }
    ReplyParts cutter = new ReplyParts(Bytes.text(reply));
    while (cutter.at < cutter.reply.length()) {
      cutter.line();
    }
    return cutter.parts;
  }

  private void line() {
    int end = reply.indexOf("\r\n", at);
    if (end < 0) {
      parts.add(new Part(false, reply.substring(at) + " (without its end)"));
      at = reply.length();
      return;
    }
    String line = reply.substring(at, end);
    parts.add(new Part(false, line));
    at = end + 2;
    int length = valueLength(line);
    if (length >= 0) {
      int valueEnd = Math.min(reply.length(), at + length + 2);
      parts.add(new Part(true, reply.substring(at, valueEnd)));
      at = valueEnd;
    }
  }

  /** Length of the value that follows a line, or -1. */
  private static int valueLength(String line) {
    String[] tokens = line.split(" ", -1);
    if (tokens[0].equals("VALUE") && tokens.length >= 4) {
      return Integer.parseInt(tokens[3]);
    }
    if (tokens[0].equals("VA") && tokens.length >= 2) {
      return Integer.parseInt(tokens[1]);
    }
    return -1;
  }
}
