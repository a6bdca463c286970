package io.larder.protocol;

import io.larder.protocol.binary.Opcode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A packet of the binary protocol as a test writes or reads it; one character stands for one byte.
 */
record Packet(
    int magic,
    int opcode,
    int status,
    String extras,
    String key,
    String value,
    int opaque,
    long cas) {

  private static final int HEADER_BYTES = 24;

  static Packet of(Opcode opcode) {
    return new Packet(0x80, opcode.code(), 0, "", "", "", 0, 0);
  }

  static Packet of(Opcode opcode, String key) {
    return of(opcode).withKey(key);
  }

  /** A set, add or replace. */
  static Packet store(Opcode opcode, String key, String value) {
    return of(opcode, key).withExtras(ints(0, 0)).withValue(value);
  }

  /** An increment or decrement; an expiry of -1 makes no item. */
  static Packet arithmetic(Opcode opcode, String key, long delta, long initial, int expiry) {
    return of(opcode, key).withExtras(longs(delta, initial) + ints(expiry));
  }

  Packet withKey(String other) {
    return new Packet(magic, opcode, status, extras, other, value, opaque, cas);
  }

  Packet withExtras(String other) {
    return new Packet(magic, opcode, status, other, key, value, opaque, cas);
  }

  Packet withValue(String other) {
    return new Packet(magic, opcode, status, extras, key, other, opaque, cas);
  }

  Packet withOpaque(int other) {
    return new Packet(magic, opcode, status, extras, key, value, other, cas);
  }

  Packet withCas(long other) {
    return new Packet(magic, opcode, status, extras, key, value, opaque, other);
  }

  static String ints(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return text(bytes.array());
  }

  static String longs(long... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
    for (long number : numbers) {
      bytes.putLong(number);
    }
    return text(bytes.array());
  }

  /** The bytes of the packet. */
  String bytes() {
    return header(extras.length() + key.length() + value.length()) + extras + key + value;
  }

  /** The header alone, with a body length that may be wrong. */
  String header(int bodyLength) {
    return text(
        ByteBuffer.allocate(HEADER_BYTES)
            .put((byte) magic)
            .put((byte) opcode)
            .putShort((short) key.length())
            .put((byte) extras.length())
            .put((byte) 0)
            .putShort((short) status)
            .putInt(bodyLength)
            .putInt(opaque)
            .putLong(cas)
            .array());
  }

  /** Takes replies apart. */
  static List<Packet> parse(String replies) {
    List<Packet> packets = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(replies.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.hasRemaining()) {
      int magic = bytes.get() & 0xff;
      int opcode = bytes.get() & 0xff;
      int keyLength = bytes.getShort() & 0xffff;
      int extrasLength = bytes.get() & 0xff;
      bytes.get();
      int status = bytes.getShort() & 0xffff;
      int bodyLength = bytes.getInt();
      int opaque = bytes.getInt();
      long cas = bytes.getLong();
      packets.add(
          new Packet(
              magic,
              opcode,
              status,
              take(bytes, extrasLength),
              take(bytes, keyLength),
              take(bytes, bodyLength - extrasLength - keyLength),
              opaque,
              cas));
    }
    return packets;
  }

  private static String take(ByteBuffer bytes, int length) {
    byte[] taken = new byte[length];
    bytes.get(taken);
    return text(taken);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
