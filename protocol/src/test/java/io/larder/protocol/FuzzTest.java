package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.protocol.binary.Opcode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
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
  private static final String[] COMMANDS = {
    "get",
    "gets",
    "gat",
    "gats",
    "bget",
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
    "cache_memlimit",
    "extstore",
    "refresh_certs",
    "shutdown",
    "watch",
    "lru_crawler",
    "lru",
    "slabs",
    "debugtime",
    "debugitem",
    "misbehave",
    "mg",
    "ms",
    "md",
    "ma",
    "mn",
    "me",
    "quit"
  };
  private static final String[] ARGUMENTS = {
    "a",
    "b",
    "c",
    "YQ==",
    "Yg",
    "YQ=A",
    "0",
    "1",
    "-1",
    "5",
    "30",
    "100",
    "2000",
    "99999999999",
    "18446744073709551615",
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
    "Oabcdefghijklmnopqrstuvwxyz0123456789",
    "T30",
    "T-1",
    "Tx",
    "N30",
    "R60",
    "C1",
    "E5",
    "F7",
    "J1",
    "Jx",
    "D2",
    "Dx",
    "MA",
    "ME",
    "MI",
    "MS",
    "MZ",
    "Mappend",
    "settings",
    "reset",
    "detail",
    "on",
    "off",
    "dump",
    "cachedump",
    "graceful",
    "item_age",
    "max_frag",
    "free_memchunks",
    "all",
    "hash",
    "enable",
    "fetchers",
    "mutations"
  };

  private static final int KEY_COUNT = 3;

  private static final String[] LEGAL = {
    "get KEY",
    "gets a b c",
    "gat 100 KEY",
    "delete KEY",
    "incr KEY 1",
    "decr KEY 1",
    "touch KEY 100",
    "me KEY",
    "cache_memlimit 64",
    "extstore item_age 5",
    "set KEY 0 0 2\r\n10",
    "add KEY 0 0 1\r\n5"
  };

  /** Flags that a meta command knows and that go together. */
  private static final Map<String, String> META_FLAGS =
      Map.of(
          "mg", "v t f s c k q O1 h l u N30 R60 T30",
          "md", "q k O1 C1 E5 I T30",
          "ma", "v t c k q O1 N30 J1 D2 T30 MI");

  /** All answers to lines, but for those of a server in want of memory or of passwords. */
  private static final List<String> ANSWERS =
      List.of(
          "CLIENT_ERROR bad command line format",
          "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]",
          "CLIENT_ERROR bad command line",
          "CLIENT_ERROR bad data chunk",
          "CLIENT_ERROR bad token in command line format",
          "CLIENT_ERROR cannot increment or decrement non-numeric value",
          "CLIENT_ERROR duplicate flag",
          "CLIENT_ERROR error decoding key",
          "CLIENT_ERROR incorrect length for M token",
          "CLIENT_ERROR invalid exptime argument",
          "CLIENT_ERROR invalid flag",
          "CLIENT_ERROR invalid mode for ma M token",
          "CLIENT_ERROR invalid mode for ms M token",
          "CLIENT_ERROR invalid numeric delta argument",
          "CLIENT_ERROR invalid numeric delta value",
          "CLIENT_ERROR invalid numeric initial value",
          "CLIENT_ERROR invalid or duplicate flag",
          "CLIENT_ERROR invalid shutdown mode",
          "CLIENT_ERROR opaque token too long",
          "CLIENT_ERROR options flags are too long",
          "CLIENT_ERROR options flags too long",
          "CLIENT_ERROR usage: stats detail on|off|dump",
          "DELETED",
          "END",
          "ERROR",
          "ERROR: shutdown not enabled",
          "EXISTS",
          "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes",
          "MN",
          "NOT_FOUND",
          "NOT_STORED",
          "OK",
          "RESET",
          "SERVER_ERROR object too large for cache",
          "STORED",
          "TOUCHED");

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

  /** Or a rule could be wrong and no fuzzer would tell. */
  @Test
  void theFuzzerGetsEveryAnswerThatThereIs() {
    Set<String> lines = new TreeSet<>();
    Set<String> controls = new TreeSet<>();
    for (int seed = 0; seed < 600; seed++) {
      Random random = new Random(SEED + seed);
      try (SessionRig rig = rig(random, ProtocolRules.OPEN)) {
        rig.mayShutDown = seed % 2 == 0;
        rig.cache.late = request -> false;
        rig.writesAtOnce = true;
        for (int step = 0; step < STEPS && !rig.wantsClose(); step++) {
          lines.addAll(rig.ask(piece(random)).lines().toList());
        }
        controls.addAll(controlsOf(rig));
      }
    }

    assertThat(lines).containsAll(ANSWERS);
    assertThat(lines.stream().map(line -> line.split(" ", 2)[0]).distinct())
        .contains("VALUE", "HD", "VA", "EN", "NS", "EX", "NF", "ME", "STAT", "VERSION");
    assertThat(controls)
        .containsExactly(
            "certificates", "flush", "limit", "reset", "shutdown", "tune", "verbosity");
  }

  private static Set<String> controlsOf(SessionRig rig) {
    Set<String> controls = new TreeSet<>();
    addIf(controls, "flush", !rig.flushes.isEmpty());
    addIf(controls, "limit", !rig.limits.isEmpty());
    addIf(controls, "tune", !rig.tuned.isEmpty());
    addIf(controls, "shutdown", !rig.shutdowns.isEmpty());
    addIf(controls, "reset", rig.resets > 0);
    addIf(controls, "certificates", rig.refreshes > 0);
    addIf(controls, "verbosity", rig.verbosity >= 0);
    return controls;
  }

  private static void addIf(Set<String> controls, String control, boolean used) {
    if (used) {
      controls.add(control);
    }
  }

  @Test
  void theFuzzerGetsEveryAnswerToPacketsThatThereIs() {
    Set<Integer> statuses = new TreeSet<>();
    Set<Integer> done = new TreeSet<>();
    for (int seed = 0; seed < 600; seed++) {
      Random random = new Random(SEED + seed);
      try (SessionRig rig = rig(random, ProtocolRules.OPEN)) {
        rig.cache.late = request -> false;
        rig.writesAtOnce = true;
        for (int step = 0; step < STEPS && !rig.wantsClose(); step++) {
          for (Packet answer : Packet.parse(rig.ask(RandomPackets.any(random).bytes()))) {
            statuses.add(answer.status());
            if (answer.status() == 0) {
              done.add(answer.opcode());
            }
          }
        }
      }
    }

    // Not: want of memory, and what has to do with passwords.
    assertThat(statuses).containsExactly(0, 1, 2, 3, 4, 5, 6, 0x81);
    Set<Opcode> answered = EnumSet.of(Opcode.GETQ, Opcode.GETKQ, Opcode.GATQ, Opcode.GATKQ);
    answered.addAll(List.of(Opcode.values()).stream().filter(code -> !code.isQuiet()).toList());
    answered.removeAll(EnumSet.range(Opcode.SASL_LIST, Opcode.SASL_STEP));
    assertThat(answered.stream().map(Opcode::code).toList()).isSubsetOf(done);
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
      // Of who watches nothing is looked at any more.
      if (!rig.wantsClose() && !rig.session.isWatching()) {
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
    String command = COMMANDS[random.nextInt(COMMANDS.length)];
    if (command.equals("quit") && random.nextInt(10) != 0) {
      command = "get"; // Else few would get far.
    }
    if (random.nextInt(5) == 0) {
      String legal = LEGAL[random.nextInt(LEGAL.length)];
      return legal.replace("KEY", ARGUMENTS[random.nextInt(KEY_COUNT)]) + "\r\n";
    }
    StringBuilder line = new StringBuilder(command);
    String flags = META_FLAGS.get(command);
    if (flags != null && random.nextBoolean()) {
      // Of so many flags as there are, a handful would hardly ever be right by chance.
      line.append(' ').append(ARGUMENTS[random.nextInt(KEY_COUNT)]);
      for (String flag : flags.split(" ", -1)) {
        line.append(random.nextInt(3) == 0 ? " " + flag : "");
      }
      return line.append("\r\n").toString();
    }
    int words = random.nextInt(20) == 0 ? 300 : random.nextInt(9);
    for (int i = 0; i < words; i++) {
      line.append(' ').append(ARGUMENTS[random.nextInt(ARGUMENTS.length)]);
    }
    if (random.nextInt(3) == 0) {
      int length = random.nextInt(20) == 0 ? 1400 : random.nextInt(40);
      String start =
          switch (random.nextInt(4)) {
            case 0 -> "ms b " + length + " k " + ARGUMENTS[random.nextInt(ARGUMENTS.length)];
            case 1 -> "cas a 0 0 " + length + " " + random.nextInt(20);
            case 2 -> COMMANDS[5 + random.nextInt(5)] + " c 0 0 " + length;
            default -> "set a 0 0 " + length;
          };
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
