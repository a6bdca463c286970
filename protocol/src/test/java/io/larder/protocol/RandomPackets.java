package io.larder.protocol;

import io.larder.protocol.binary.Opcode;
import java.util.EnumSet;
import java.util.Random;

/** Packets drawn from a seed, on few keys, so that they meet. */
final class RandomPackets {
  private static final String[] KEYS = {"a", "a", "b", "c", "a key\r\n\0", "k".repeat(250)};
  private static final Opcode[] OPCODES = Opcode.values();

  /** Without those that end the connection or say nothing when all is well. */
  private static final Opcode[] ANSWERED =
      EnumSet.complementOf(EnumSet.of(Opcode.QUIT, Opcode.QUITQ)).stream()
          .filter(opcode -> !opcode.isQuiet())
          .toArray(Opcode[]::new);

  private RandomPackets() {}

  /** A packet, more often than not with the parts that its command wants. */
  static Packet any(Random random) {
    if (random.nextInt(12) == 0) {
      return new Packet(
          0x80,
          random.nextInt(256),
          random.nextInt(65536),
          "e".repeat(random.nextInt(30)),
          "k".repeat(random.nextInt(300)),
          value(random),
          random.nextInt(),
          random.nextLong());
    }
    return legal(OPCODES[random.nextInt(OPCODES.length)], random);
  }

  /** A packet that is answered once and after which the connection goes on. */
  static Packet answered(Random random) {
    if (random.nextInt(12) == 0) {
      return new Packet(
          0x80,
          0x30 + random.nextInt(200),
          0,
          "e".repeat(random.nextInt(30)),
          "k".repeat(random.nextInt(251)),
          value(random),
          0,
          0);
    }
    Opcode opcode = ANSWERED[random.nextInt(ANSWERED.length)];
    return opcode == Opcode.STAT ? Packet.of(opcode, "nonsense") : legal(opcode, random);
  }

  private static Packet legal(Opcode opcode, Random random) {
    String key = KEYS[random.nextInt(KEYS.length)];
    String number = Packet.ints(random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(100));
    Packet packet = Packet.of(opcode).withOpaque(random.nextInt());
    if (random.nextInt(5) == 0) {
      packet = packet.withCas(random.nextInt(50));
    }
    return switch (opcode) {
      case GET, GETQ, GETK, GETKQ, DELETE, DELETEQ -> packet.withKey(key);
      case SET, SETQ, ADD, ADDQ, REPLACE, REPLACEQ ->
          packet.withKey(key).withExtras(Packet.ints(7) + number).withValue(value(random));
      case APPEND, APPENDQ, PREPEND, PREPENDQ, SASL_AUTH, SASL_STEP ->
          packet.withKey(key).withValue(value(random));
      case INCREMENT, INCREMENTQ, DECREMENT, DECREMENTQ ->
          packet
              .withKey(key)
              .withExtras(Packet.longs(random.nextInt(9), random.nextInt(9)) + number);
      case TOUCH, GAT, GATQ, GATK, GATKQ -> packet.withKey(key).withExtras(number);
      case FLUSH, FLUSHQ -> random.nextBoolean() ? packet : packet.withExtras(number);
      case VERBOSITY -> packet.withExtras(number);
      case STAT -> packet.withKey(random.nextBoolean() ? "settings" : "nonsense");
      case NOOP, VERSION, QUIT, QUITQ, SASL_LIST -> packet;
    };
  }

  private static String value(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Integer.toString(random.nextInt(100));
      case 1 -> "v".repeat(random.nextInt(2000));
      default -> "v".repeat(random.nextInt(30));
    };
  }
}
