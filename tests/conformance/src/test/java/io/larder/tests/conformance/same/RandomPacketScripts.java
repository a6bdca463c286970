package io.larder.tests.conformance.same;

import io.larder.tests.conformance.same.Script.Burst;
import io.larder.tests.conformance.same.Wire.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Scripts of the binary protocol drawn from a seed: packets on few keys, so that they meet, most of
 * them legal; at their end the text protocol looks at what they have left.
 *
 * <p>What {@link AcceptedDeviation} names is left out.
 */
final class RandomPacketScripts {
  private static final int DAMAGED_PERCENT = 4;
  private static final List<String> KEYS = List.of("a", "a", "a", "b", "b", "c", "a:250", "d");
  private static final List<String> TIMES =
      List.of("0", "0", "0", "100", "86400", "2592000", "now+500", "2592001", "4294967295");
  private static final List<String> NUMBERS =
      List.of("0", "1", "5", "9", "10", "99", "100", "1000", "9999999999");

  /**
   * In hexadecimal. None is of spaces and line ends alone: memcached looks for a number behind the
   * end of such a value.
   */
  private static final List<String> TEXTS =
      List.of("", "00", "3720", "2037", "ff80", "2d31", "410d0a");

  private static final List<String> FLAGS = List.of("0", "1", "7", "65536", "4294967295");
  private static final String[] BARE = {"07", "0a", "0b", "17", "20"};
  private static final String[] QUIETER = {
    "00 09", "0c 0d", "01 11", "02 12", "03 13", "04 14", "05 15", "06 16", "0e 19", "0f 1a",
    "1d 1e", "23 24"
  };

  /**
   * Commands of which memcached believes a header that promises too much: an accepted deviation.
   */
  private static final Pattern ENDS_ELSEWHERE = Pattern.compile("op=(1[0cde]|2[34])");

  private static final Pattern READS = Pattern.compile("op=(00|09|0c|0d|1c|1d|1e|23|24)");

  private final SplittableRandom random;
  private final String name;

  /** Whether some packets of this script are damaged. */
  private boolean damages;

  /**
   * Whether this script counts numbers up and down. Then it reads at the end of a burst only: what
   * a number looks like that changes while it is being sent is an accepted deviation.
   */
  private boolean counts;

  private RandomPacketScripts(long seed) {
    this.random = new SplittableRandom(seed);
    this.name = "the packets of seed " + seed;
  }

  /** The script of a seed. */
  static Script of(long seed) {
    return new RandomPacketScripts(seed).script();
  }

  private Script script() {
    damages = chance(40);
    counts = chance(50);
    List<Burst> bursts = new ArrayList<>();
    int burstCount = 2 + random.nextInt(3);
    for (int i = 0; i < burstCount; i++) {
      bursts.add(new Burst(packets(), pace(), random.nextLong()));
    }
    bursts.add(
        new Burst(
            List.of("gets ‹a› ‹b› ‹c› ‹d›\r\n", "mg ‹a› t f s v\r\n", SideBySide.LAST_COMMAND),
            Pace.WHOLE,
            0));
    return new Script(name, List.copyOf(bursts));
  }

  private List<String> packets() {
    List<String> packets = new ArrayList<>();
    List<String> reads = new ArrayList<>();
    int count = 3 + random.nextInt(18);
    for (int i = 0; i < count; i++) {
      String fields = command();
      boolean isRead = counts && READS.matcher(fields).find();
      // The first packet is whole: it tells which protocol is spoken.
      boolean isDamaged = damages && !packets.isEmpty() && chance(DAMAGED_PERCENT);
      (isRead ? reads : packets).add(isDamaged ? damaged(fields) : packet(fields));
    }
    packets.addAll(reads);
    packets.add(SideBySide.LAST_PACKET);
    return List.copyOf(packets);
  }

  private static String packet(String fields) {
    return "‹packet " + fields + "›";
  }

  private Pace pace() {
    int draw = random.nextInt(20);
    return draw == 0 ? Pace.BYTE_BY_BYTE : draw < 11 ? Pace.PIECES : Pace.WHOLE;
  }

  private String command() {
    String fields =
        switch (random.nextInt(20)) {
          case 0, 1, 2 -> "op=" + loudOrQuiet(0) + key();
          case 3, 4 -> "op=" + loudOrQuiet(1) + key();
          case 5, 6, 7 -> store(2);
          case 8 -> store(3);
          case 9 -> store(4);
          case 10 -> "op=" + loudOrQuiet(5) + key() + cas(30);
          case 11, 12 -> counts ? arithmetic(6) : store(2);
          case 13 -> counts ? arithmetic(7) : store(4);
          case 14 -> "op=" + loudOrQuiet(8) + key() + value() + cas(20);
          case 15 -> "op=" + loudOrQuiet(9) + key() + value() + cas(20);
          case 16 -> "op=1c" + key() + " extras=4:" + pick(TIMES);
          case 17 -> "op=" + loudOrQuiet(10) + key() + " extras=4:" + pick(TIMES);
          case 18 -> "op=" + loudOrQuiet(11) + key() + " extras=4:" + pick(TIMES);
          default -> rare();
        };
    return fields + " opaque=" + random.nextInt();
  }

  private String loudOrQuiet(int pair) {
    String both = QUIETER[pair];
    return chance(40) ? both.substring(3) : both.substring(0, 2);
  }

  private String rare() {
    return switch (random.nextInt(10)) {
      case 0 -> "op=10 word=nonsense";
      case 1 -> "op=10 word=detail";
      case 2 -> "op=" + Integer.toHexString(0x30 + random.nextInt(200)) + value();
      case 3 -> "op=0b";
      case 4 -> "op=20";
      case 5 -> "op=21 word=PLAIN" + value();
      case 6 -> "op=0c word=w" + random.nextInt(9);
      default -> "op=0a";
    };
  }

  private String store(int pair) {
    String extras = " extras=4:" + pick(FLAGS) + ",4:" + pick(TIMES);
    return "op=" + loudOrQuiet(pair) + key() + extras + value() + cas(20);
  }

  private String arithmetic(int pair) {
    String expiry = chance(40) ? "4294967295" : pick(TIMES);
    return "op="
        + loudOrQuiet(pair)
        + key()
        + " extras=8:"
        + pick(NUMBERS)
        + ",8:"
        + pick(NUMBERS)
        + ",4:"
        + expiry
        + cas(15);
  }

  private String key() {
    return " key=" + pick(KEYS);
  }

  private String cas(int percent) {
    if (!chance(percent)) {
      return "";
    }
    return " cas=" + (chance(60) ? pick(KEYS) : pick(List.of("0", "1", "18446744073709551615")));
  }

  private String value() {
    int draw = random.nextInt(20);
    if (draw < 9) {
      return " value=" + pick(NUMBERS);
    }
    if (draw < 12) {
      return " hex=" + pick(TEXTS);
    }
    int length = draw < 18 ? random.nextInt(100) : random.nextInt(draw < 19 ? 3000 : 20_000);
    return " fill=" + (char) ('a' + random.nextInt(26)) + length;
  }

  /** A packet with parts its command has no use for, or with a header that lies. */
  private String damaged(String fields) {
    return switch (random.nextInt(9)) {
      case 0 -> packet(fields + " magic=" + pick(List.of("81", "00", "67")));
      case 1 ->
          packet(
              fields
                  + (ENDS_ELSEWHERE.matcher(fields).find() ? "" : " body=" + random.nextInt(30)));
      case 2 -> packet("op=00" + key() + " value=x");
      case 3 -> packet("op=" + BARE[random.nextInt(BARE.length)] + " value=x");
      case 4 -> packet("op=0" + random.nextInt(8) + " extras=4:1");
      case 5 -> packet("op=0" + random.nextInt(8) + " key=a:" + (251 + random.nextInt(30)));
      case 6 -> packet(pick(List.of("op=07", "op=17")));
      case 7 -> packet(fields) + pick(List.of("\0", "\u0080", "get a\r\n"));
      default -> packet(fields.replaceFirst("op=..", "op=0" + random.nextInt(8)));
    };
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }
}
