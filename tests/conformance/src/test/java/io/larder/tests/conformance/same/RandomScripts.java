package io.larder.tests.conformance.same;

import io.larder.tests.conformance.same.Script.Burst;
import io.larder.tests.conformance.same.Wire.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Scripts drawn from a seed: commands on few keys, so that they meet, most of them legal and some
 * damaged.
 *
 * <p>What {@link AcceptedDeviation} names is left out.
 */
final class RandomScripts {
  private static final int DAMAGED_PERCENT = 10;
  private static final List<String> KEYS = List.of("a", "a", "a", "b", "b", "c");
  private static final List<String> FLAGS = List.of("0", "1", "7", "65536", "4294967295");
  private static final List<String> TIMES =
      List.of("0", "0", "0", "100", "86400", "2592000", "‹now+500›", "-1", "2592001");

  /**
   * Below 2^63: for larger ones memcached looks for a minus sign behind the end of the value, too.
   */
  private static final List<String> NUMBERS =
      List.of("0", "1", "5", "9", "10", "99", "100", "1000", "9999999999");

  private static final List<String> TEXTS =
      List.of(
          "", "x", "value", "12a", " 7", "7 ", "-1", "line\r\nline", "END\r\n", "\0\1\2", "a b");

  private static final Pattern LATER_FLAG = Pattern.compile("^m[a-z] .* E");

  private final SplittableRandom random;
  private final String name;

  /** Whether some commands of this script are damaged. */
  private boolean damages;

  /**
   * Whether this script counts numbers up and down. If not, it looks at the state of items: how
   * they have been read, whether they are stale, how their keys came. Memcached may forget that
   * when a number changes, an accepted deviation.
   */
  private boolean counts;

  /**
   * Whether some keys are sent in base64. If not, values may be joined, which makes memcached
   * forget how a key came, an accepted deviation.
   */
  private boolean binaries;

  private RandomScripts(long seed) {
    this.random = new SplittableRandom(seed);
    this.name = "the script of seed " + seed;
  }

  /** The script of a seed. */
  static Script of(long seed) {
    return new RandomScripts(seed).script();
  }

  private Script script() {
    damages = chance(50);
    counts = chance(40);
    binaries = !counts && chance(50);
    List<Burst> bursts = new ArrayList<>();
    int burstCount = !counts ? 2 + random.nextInt(2) : 3 + random.nextInt(4);
    for (int i = 0; i < burstCount; i++) {
      bursts.add(new Burst(commands(counts ? 8 : 14), pace(), random.nextLong()));
    }
    return new Script(name, List.copyOf(bursts));
  }

  private List<String> commands(int countMax) {
    List<String> commands = new ArrayList<>();
    List<String> reads = new ArrayList<>();
    int count = 3 + random.nextInt(countMax);
    for (int i = 0; i < count; i++) {
      String command = command();
      boolean isRead = counts && (command.startsWith("g") || command.startsWith("mg"));
      (isRead ? reads : commands)
          .add(damages && chance(DAMAGED_PERCENT) ? damaged(command) : command);
    }
    commands.addAll(reads);
    commands.add(SideBySide.LAST_COMMAND);
    return List.copyOf(commands);
  }

  private Pace pace() {
    int draw = random.nextInt(20);
    return draw == 0 ? Pace.BYTE_BY_BYTE : draw < 10 ? Pace.PIECES : Pace.WHOLE;
  }

  private String command() {
    return switch (random.nextInt(26)) {
      case 0, 1 -> "get " + keys() + "\r\n";
      case 2 -> "gets " + keys() + "\r\n";
      case 3 -> (chance(50) ? "gat " : "gats ") + time() + " " + keys() + "\r\n";
      case 4, 5, 6 -> store("set", "");
      case 7 -> store("add", "");
      case 8 -> store("replace", "");
      case 9 -> store(binaries ? "set" : "append", "");
      case 10 -> store(binaries ? "add" : "prepend", "");
      case 11 -> store("cas", " " + cas());
      case 12, 13 -> arithmetic();
      case 14 -> "delete " + key() + pick("", "", " 0", noreply()) + "\r\n";
      case 15 -> "touch " + key() + " " + time() + noreply() + "\r\n";
      case 16, 17, 18 -> metaGet();
      case 19, 20, 21 -> metaSet();
      case 22 -> metaDelete();
      case 23 -> metaArithmetic();
      case 24 ->
          counts ? metaGet() : "me " + metaKey().replace(" b", chance(50) ? " b" : "") + "\r\n";
      default -> rare();
    };
  }

  private String rare() {
    return pick(
        "mn\r\n",
        "\r\n",
        "\n",
        "verbosity 0\r\n",
        "verbosity 0 noreply\r\n",
        "bogus\r\n",
        "get\r\n",
        "set ‹a› 0 0 -1\r\n",
        "incr ‹a› abc\r\n",
        "touch ‹a› abc\r\n",
        "mg ‹a› !\r\n",
        "get ‹a› ‹b› ‹c› ‹a› ‹b› ‹c› ‹a› ‹b› ‹c› ‹a› ‹b› ‹c› ‹a› ‹b› ‹c› ‹a› ‹b› ‹c›\r\n");
  }

  // --- classic

  private String store(String command, String after) {
    String value = value();
    return command
        + " "
        + key()
        + " "
        + pick(FLAGS)
        + " "
        + time()
        + " "
        + value.length()
        + after
        + noreply()
        + "\r\n"
        + value
        + "\r\n";
  }

  private String arithmetic() {
    if (!counts) {
      return "get " + keys() + "\r\n";
    }
    return pick("incr ", "decr ") + key() + " " + pick(NUMBERS) + noreply() + "\r\n";
  }

  private String noreply() {
    return chance(20) ? " noreply" : "";
  }

  // --- meta

  private String metaGet() {
    List<String> flags = new ArrayList<>();
    addSome(flags, 45, "v");
    addSome(flags, 30, "t", "c", "k", "f", "s");
    addSome(flags, 15, "l", "q", "u");
    addSome(flags, counts ? 0 : 15, "h");
    addSome(flags, 15, this::opaque);
    addSome(flags, 8, () -> "R" + pick("30", "200", "100000"));
    String key = metaKey();
    // An item that mg makes for a binary key is an accepted deviation.
    if (!key.endsWith(" b") && chance(8)) {
      flags.add("N" + goodTime());
    }
    addSome(flags, 8, () -> "T" + goodTime());
    return "mg " + key + shuffled(flags) + "\r\n";
  }

  private String metaSet() {
    List<String> flags = new ArrayList<>();
    addSome(flags, 30, "k", "c");
    addSome(flags, 15, "q");
    addSome(flags, 15, this::opaque);
    addSome(flags, 30, () -> "T" + goodTime());
    addSome(flags, 30, () -> "F" + pick(FLAGS));
    addSome(flags, 25, () -> "C" + cas());
    addSome(flags, 40, () -> "M" + mode());
    if (!counts) {
      addSome(flags, 20, "I");
    }
    String value = value();
    String key = metaKey();
    String binary = key.endsWith(" b") ? " b" : "";
    return "ms "
        + key.replace(" b", "")
        + " "
        + value.length()
        + binary
        + shuffled(flags)
        + "\r\n"
        + value
        + "\r\n";
  }

  private String mode() {
    return binaries ? pick("S", "E", "R", "s", "e", "X") : pick("S", "E", "A", "P", "R", "a", "p");
  }

  private String metaDelete() {
    List<String> flags = new ArrayList<>();
    addSome(flags, 20, "q", "k");
    addSome(flags, 15, this::opaque);
    addSome(flags, 25, () -> "C" + cas());
    if (!counts) {
      addSome(flags, 60, "I");
      addSome(flags, 30, () -> "T" + goodTime());
    }
    return "md " + metaKey() + shuffled(flags) + "\r\n";
  }

  private String metaArithmetic() {
    if (!counts) {
      return "mg " + key() + " v t c\r\n";
    }
    List<String> flags = new ArrayList<>();
    addSome(flags, 50, "v");
    addSome(flags, 20, "t", "c", "k");
    addSome(flags, 15, this::opaque);
    addSome(flags, 30, () -> "M" + pick("I", "D", "+", "-", "X"));
    addSome(flags, 40, () -> "D" + pick(NUMBERS));
    addSome(flags, 20, () -> "C" + cas());
    String key = metaKey();
    boolean makes = !key.endsWith(" b") && chance(40);
    if (makes) {
      flags.add("N" + goodTime());
      addSome(flags, 50, () -> "J" + pick(NUMBERS));
    } else {
      // A quiet ma that makes its number is an accepted deviation.
      addSome(flags, 15, "q");
    }
    return "ma " + key + shuffled(flags) + "\r\n";
  }

  private String opaque() {
    return "O" + random.nextInt(1000);
  }

  // --- parts

  private String key() {
    // One byte more and an error takes back earlier answers in memcached: an accepted deviation.
    String longest = damages ? ":240" : ":250";
    return "‹" + pick(KEYS) + (chance(4) ? longest : "") + "›";
  }

  private String keys() {
    StringBuilder keys = new StringBuilder(key());
    while (chance(45)) {
      keys.append(chance(10) ? "  " : " ").append(key());
    }
    return keys.toString();
  }

  private String metaKey() {
    return binaries && chance(30) ? "‹b64 " + pick(KEYS) + "› b" : key();
  }

  private String cas() {
    return chance(50) ? "‹cas " + pick(KEYS) + "›" : pick("0", "1", "18446744073709551615");
  }

  private String time() {
    return pick(TIMES);
  }

  /**
   * A time that leaves the item alive: one that has gone by is an accepted deviation of {@code t}.
   */
  private String goodTime() {
    return pick("0", "100", "3600", "2592000", "‹now+500›");
  }

  private String value() {
    int draw = random.nextInt(20);
    if (draw < 8) {
      return pick(NUMBERS);
    }
    if (draw < 14) {
      return pick(TEXTS);
    }
    // A value that damage turns into a line may be too long for one: an accepted deviation.
    int large = damages ? 1000 : draw < 19 ? 3000 : 20_000;
    int length = draw < 18 ? random.nextInt(100) : random.nextInt(large);
    char letter = (char) ('a' + random.nextInt(26));
    return String.valueOf(letter).repeat(length);
  }

  private void addSome(List<String> flags, int percent, String... candidates) {
    for (String candidate : candidates) {
      if (chance(percent)) {
        flags.add(candidate);
      }
    }
  }

  private void addSome(List<String> flags, int percent, Supplier<String> candidate) {
    if (chance(percent)) {
      flags.add(candidate.get());
    }
  }

  private String shuffled(List<String> flags) {
    StringBuilder text = new StringBuilder();
    while (!flags.isEmpty()) {
      text.append(' ').append(flags.remove(random.nextInt(flags.size())));
    }
    return text.toString();
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  // --- damage

  /** One small mistake somewhere in a command. */
  private String damaged(String command) {
    String damaged = withMistake(command);
    // A flag that memcached knows since a later version: an accepted deviation.
    return LATER_FLAG.matcher(damaged).find() ? command : damaged;
  }

  private String withMistake(String command) {
    int at = random.nextInt(command.length());
    // Names in angle quotes stay whole.
    while (at > 0 && command.lastIndexOf('‹', at) > command.lastIndexOf('›', at - 1)) {
      at = command.lastIndexOf('‹', at) - 1;
    }
    at = Math.max(0, at);
    String before = command.substring(0, at);
    String after = command.substring(at);
    return switch (random.nextInt(7)) {
      case 0 -> before + pick(" ", "\r", "\n", "\0", "\t", "0", "-", "z", "\u00e9") + after;
      case 1 -> after.isEmpty() || after.charAt(0) == '‹' ? command : before + after.substring(1);
      case 2 -> command.replace("\r\n", "\n");
      case 3 -> command.replaceFirst(" ", pick("  ", " x ", "\t"));
      case 4 -> command.replaceFirst("\r\n$", "x\r\n");
      case 5 -> command.replaceFirst("\r\n", pick(" 1\r\n", " noreply\r\n", " q q\r\n", "\r\r\n"));
      default -> command.toUpperCase(Locale.ROOT).replace("‹A", "‹a");
    };
  }
}
