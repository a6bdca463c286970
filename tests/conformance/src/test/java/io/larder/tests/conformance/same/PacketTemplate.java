package io.larder.tests.conformance.same;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A packet of the binary protocol, as a {@link Script} writes it: {@code ‹packet op=01 key=a
 * extras=4:7,4:0 value=abc›}.
 *
 * <ul>
 *   <li>{@code op}: the command, in hexadecimal;
 *   <li>{@code key}: the name of a key; {@code word}: a key as it is; {@code keyhex}: the same in
 *       hexadecimal;
 *   <li>{@code extras}: numbers, each behind its count of bytes; {@code now+100} is a date;
 *   <li>{@code value}: characters without spaces; {@code hex}: the same in hexadecimal; {@code
 *       fill}: a letter and how often it stands there;
 *   <li>{@code cas}: the name of a key, for the CAS number it has when the burst begins, or a
 *       number;
 *   <li>{@code opaque}: a number; {@code magic}, {@code body}, {@code keylen}, {@code extlen}: what
 *       the header says, where that is not the truth.
 * </ul>
 */
final class PacketTemplate {
  static final int HEADER_BYTES = 24;

  private final String prefix;
  private final UnaryOperator<String> casOf;
  private int magic = 0x80;
  private int opcode;
  private String key = "";
  private String extras = "";
  private String value = "";
  private long cas;
  private int opaque;
  private long bodyLength = -1;
  private int keyLength = -1;
  private int extrasLength = -1;

  private PacketTemplate(String prefix, UnaryOperator<String> casOf) {
    this.prefix = prefix;
    this.casOf = casOf;
  }

  /** The bytes of a packet, one character for each. */
  static String render(String fields, String prefix, UnaryOperator<String> casOf) {
    PacketTemplate packet = new PacketTemplate(prefix, casOf);
    for (String field : fields.split(" ", -1)) {
      int equals = field.indexOf('=');
      packet.set(field.substring(0, equals), field.substring(equals + 1));
    }
    return packet.bytes();
  }

  private void set(String field, String text) {
    switch (field) {
      case "op" -> opcode = Integer.parseInt(text, 16);
      case "key" -> key = Rendering.key(text, prefix);
      case "word" -> key = text;
      case "keyhex" -> key = Bytes.text(HexFormat.of().parseHex(text));
      case "extras" -> extras = extras(text);
      case "value" -> value = text;
      case "hex" -> value = Bytes.text(HexFormat.of().parseHex(text));
      case "fill" -> value = text.substring(0, 1).repeat(Integer.parseInt(text.substring(1)));
      case "cas" -> cas = Long.parseUnsignedLong(isNumber(text) ? text : casOfName(text));
      case "opaque" -> opaque = (int) Long.parseLong(text);
      case "magic" -> magic = Integer.parseInt(text, 16);
      case "body" -> bodyLength = Long.parseLong(text);
      case "keylen" -> keyLength = Integer.parseInt(text);
      case "extlen" -> extrasLength = Integer.parseInt(text);
      default -> throw new IllegalArgumentException("no field of a packet: " + field);
    }
  }

  private static boolean isNumber(String text) {
    return Character.isDigit(text.charAt(0));
  }

  private String casOfName(String name) {
    return casOf.apply(Rendering.key(name, prefix));
  }

  private static String extras(String text) {
    StringBuilder bytes = new StringBuilder();
    for (String number : text.split(",", -1)) {
      int size = number.charAt(0) - '0';
      String digits = number.substring(2);
      long value =
          digits.startsWith("now")
              ? Rendering.date(digits.substring("now".length()))
              : Long.parseUnsignedLong(digits);
      byte[] whole = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
      bytes.append(Bytes.text(whole).substring(Long.BYTES - size));
    }
    return bytes.toString();
  }

  private String bytes() {
    long body = extras.length() + key.length() + (long) value.length();
    byte[] header =
        ByteBuffer.allocate(HEADER_BYTES)
            .put((byte) magic)
            .put((byte) opcode)
            .putShort((short) (keyLength < 0 ? key.length() : keyLength))
            .put((byte) (extrasLength < 0 ? extras.length() : extrasLength))
            .put((byte) 0)
            .putShort((short) 0)
            .putInt((int) (bodyLength < 0 ? body : bodyLength))
            .putInt(opaque)
            .putLong(cas)
            .array();
    return Bytes.text(header) + extras + key + value;
  }

  /** Takes replies apart, into a line each: what the header says, then extras, key and value. */
  static List<String> linesOf(byte[] replies) {
    List<String> lines = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(replies);
    while (bytes.remaining() >= HEADER_BYTES
        && bytes.remaining() >= HEADER_BYTES + bytes.getInt(bytes.position() + 8)) {
      lines.add(line(bytes));
    }
    if (bytes.hasRemaining()) {
      lines.add("PACKET without its end: " + hex(bytes, bytes.remaining()));
    }
    return lines;
  }

  private static String line(ByteBuffer bytes) {
    int magic = bytes.get() & 0xff;
    int opcode = bytes.get() & 0xff;
    int keyLength = bytes.getShort() & 0xffff;
    int extrasLength = bytes.get() & 0xff;
    int dataType = bytes.get();
    int status = bytes.getShort() & 0xffff;
    int bodyLength = bytes.getInt();
    int opaque = bytes.getInt();
    String cas = Long.toUnsignedString(bytes.getLong());
    return "PACKET %02x op=%02x type=%d status=%02x opaque=%d %s extras=%s key=%s value=%s"
        .formatted(
            magic,
            opcode,
            dataType,
            status,
            opaque,
            cas,
            hex(bytes, extrasLength),
            hex(bytes, keyLength),
            hex(bytes, bodyLength - extrasLength - keyLength));
  }

  private static String hex(ByteBuffer bytes, int length) {
    byte[] taken = new byte[length];
    bytes.get(taken);
    return HexFormat.of().formatHex(taken);
  }
}
