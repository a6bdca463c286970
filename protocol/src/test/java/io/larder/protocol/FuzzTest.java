package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.protocol.binary.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that send anything: the session either goes on or wants to be closed, keeps within its
 * bounds, and gives everything back.
 *
 * <p>{@code -Dlarder.fuzz.clients} says how many clients of each group, {@code -Dlarder.fuzz.seed}
 * where their seeds begin.
 */
class FuzzTest {
  private static final int CLIENTS = Integer.getInteger("larder.fuzz.clients", 25);
  private static final long SEED = Long.getLong("larder.fuzz.seed", 0);
  private static final int STEPS = 300;
  private static final long INPUT_BYTES = 32 << 10;
  private static final long REPLY_BYTES_HIGH = 8 << 10;
  private static final int PIECE_BYTES_MAX = 3000;
  private static final String[] WORDS = {
    "get",
    "gets",
    "gat",
    "gats",
    "set",
    "add",
    "replace",
    "append",
    "prepend",
    "cas",
    "incr",
    "decr",
    "delete",
    "touch",
    "flush_all",
    "stats",
    "version",
    "verbosity",
    "mg",
    "ms",
    "md",
    "ma",
    "mn",
    "me",
    "a",
    "b",
    "c",
    "YQ==",
    "0",
    "1",
    "-1",
    "5",
    "30",
    "100",
    "2000",
    "noreply",
    "q",
    "k",
    "v",
    "t",
    "c",
    "s",
    "f",
    "h",
    "l",
    "u",
    "b",
    "I",
    "x",
    "O1",
    "T30",
    "N30",
    "R60",
    "C1",
    "E5",
    "F7",
    "J1",
    "D2",
    "MA",
    "ME",
    "MI",
    "settings",
    "reset",
    "detail"
  };

  private interface Client {
    void talk(Random random);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyLineIsAnsweredOrHungUpOn(int group) {
    clients(group, this::oneOfLines);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void anyPacketIsAnsweredOrHungUpOn(int group) {
    clients(group, this::oneOfPackets);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyPacketThatEndsWhereItSaysIsAnsweredInItsTurn(int group) {
    clients(group, this::oneOfFramedPackets);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void nobodyComesInWithoutThePassword(int group) {
    clients(group, this::oneUnknown);
  }

  private static void clients(int group, Client client) {
    for (int i = 0; i < CLIENTS; i++) {
      long seed = SEED + group * 1_000_000L + i;
      try {
        client.talk(new Random(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static SessionRig rig(Random random, ProtocolRules rules) {
    ProtocolConfig config =
        new ProtocolConfig(
            1 + random.nextInt(8),
            10_000,
            REPLY_BYTES_HIGH,
            1 + random.nextInt(20),
            2048,
            random.nextInt(4),
            8192);
    SessionRig rig = new SessionRig(config, rules, INPUT_BYTES);
    rig.writesAtOnce = random.nextBoolean();
    rig.cache.valueBytesMax = 1500;
    int lateOfTen = random.nextInt(11);
    rig.cache.late = request -> random.nextInt(10) < lateOfTen;
    return rig;
  }

  /** Sends a piece, cut up, and lets some answers come and some replies go. */
  private static void step(SessionRig rig, String piece, Random random) {
    rig.sendInPieces(piece, 1 + random.nextInt(piece.length()));
    while (!rig.cache.waiting.isEmpty() && random.nextInt(4) != 0) {
      rig.answerLate(random.nextInt(rig.cache.waiting.size()));
    }
    if (random.nextBoolean()) {
      rig.writeAll();
    }
    assertThat(rig.session.unsentBytes()).isLessThan(REPLY_BYTES_HIGH + 10_000 + 9 * 4000);
    assertThat(rig.budget.usedBytes()).isLessThan(INPUT_BYTES + 2 * PIECE_BYTES_MAX * 4);
  }

  private static void finish(SessionRig rig, Random random) {
    while (!rig.cache.waiting.isEmpty()) {
      rig.answerLate(random.nextInt(rig.cache.waiting.size()));
      rig.writeAll();
    }
    rig.writeAll();
  }

  private void oneOfLines(Random random) {
    try (SessionRig rig = rig(random, ProtocolRules.OPEN)) {
      rig.send("\r\n");
      for (int step = 0; step < STEPS && !rig.wantsClose(); step++) {
        step(rig, piece(random), random);
      }
      finish(rig, random);
      if (!rig.wantsClose()) {
        // The line it may be in the middle of ends, and the value it may be waiting for comes.
        rig.send("\r\n").answerAll().writeAll();
        while (rig.session.reading != ProtocolSession.Reading.LINE) {
          rig.send("\r\n".repeat(500)).answerAll().writeAll();
        }
        rig.send("\r\n").answerAll().writeAll().written();
        assertThat(rig.ask("mn\r\n") + rig.writeAll().written()).endsWith("MN\r\n");
      }
    }
  }

  private void oneOfPackets(Random random) {
    try (SessionRig rig = rig(random, ProtocolRules.OPEN)) {
      rig.send(Packet.of(Opcode.NOOP).bytes());
      for (int step = 0; step < STEPS && !rig.wantsClose(); step++) {
        String packet = RandomPackets.any(random).bytes();
        step(
            rig,
            switch (random.nextInt(6)) {
              case 0 -> garbage(random);
              case 1 -> damaged(random, packet);
              default -> packet;
            },
            random);
      }
      finish(rig, random);
    }
  }

  private void oneOfFramedPackets(Random random) {
    List<Integer> expected = new ArrayList<>();
    StringBuilder written = new StringBuilder();
    try (SessionRig rig = rig(random, ProtocolRules.OPEN)) {
      for (int step = 1; step <= STEPS; step++) {
        Packet packet = RandomPackets.answered(random).withOpaque(step);
        expected.add(step);
        step(rig, packet.bytes(), random);
        written.append(rig.written());
      }
      finish(rig, random);
      written.append(rig.written());
    }
    assertThat(Packet.parse(written.toString()).stream().map(Packet::opaque))
        .containsExactlyElementsOf(expected);
  }

  private void oneUnknown(Random random) {
    Spoken spoken = random.nextBoolean() ? Spoken.ASCII : Spoken.BINARY;
    ProtocolRules rules = new ProtocolRules(spoken, (user, password) -> false, true, true, true);
    try (SessionRig rig = rig(random, rules)) {
      for (int step = 0; step < STEPS && !rig.wantsClose(); step++) {
        step(
            rig,
            spoken == Spoken.ASCII ? piece(random) : RandomPackets.any(random).bytes(),
            random);
      }
      finish(rig, random);
      assertThat(rig.cache.executed).isEmpty();
      assertThat(rig.flushes).isEmpty();
      assertThat(rig.resets).isZero();
      assertThat(rig.verbosity).isEqualTo(-1);
    }
  }

  private static String piece(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> garbage(random);
      case 1 -> damaged(random, command(random));
      default -> command(random);
    };
  }

  private static String command(Random random) {
    StringBuilder line = new StringBuilder(WORDS[random.nextInt(24)]);
    int words = random.nextInt(20) == 0 ? 300 : random.nextInt(9);
    for (int i = 0; i < words; i++) {
      line.append(' ').append(WORDS[24 + random.nextInt(WORDS.length - 24)]);
    }
    if (random.nextInt(3) == 0) {
      int length = random.nextInt(20) == 0 ? 1400 : random.nextInt(40);
      String start = random.nextBoolean() ? "set a 0 0 " + length : "ms b " + length + " k";
      return start + "\r\n" + "v".repeat(length) + "\r\n";
    }
    return line.append(random.nextInt(10) == 0 ? "\n" : "\r\n").toString();
  }

  private static String damaged(Random random, String command) {
    StringBuilder damaged = new StringBuilder(command);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(3)) {
        case 0 -> damaged.setCharAt(at, (char) random.nextInt(256));
        case 1 -> damaged.insert(at, (char) random.nextInt(256));
        default -> {
          if (damaged.length() > 1) {
            damaged.deleteCharAt(at);
          }
        }
      }
    }
    return damaged.toString();
  }

  private static String garbage(Random random) {
    int length = 1 + random.nextInt(random.nextInt(10) == 0 ? PIECE_BYTES_MAX : 60);
    StringBuilder garbage = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      garbage.append(random.nextInt(30) == 0 ? '\n' : (char) random.nextInt(256));
    }
    return garbage.toString();
  }
}
