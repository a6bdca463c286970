package io.larder.tests.conformance.same;

import io.larder.tests.conformance.process.ServerProcess;
import io.larder.tests.conformance.same.ReplyParts.Part;
import io.larder.tests.conformance.same.Wire.Pace;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Plays scripts to two servers and compares what they answer.
 *
 * <p>Every play has keys of its own, so plays do not disturb each other.
 */
final class SideBySide {
  /** The last command of a burst that should be answered whole, and what it is answered. */
  static final String LAST_COMMAND = "mn\r\n";

  /** Names of keys in scripts, by themselves and in packets. */
  private static final Pattern KEY_NAMES =
      Pattern.compile("(?:‹(?:b64 )?|[ ‹]key=)([a-z]+(?::\\d+)?)(?=[› ])");

  private static final String LAST_ANSWER = "MN\r\n";

  /** The same for packets. */
  static final String LAST_PACKET = "‹packet op=0a opaque=1818325876›";

  private static final String LAST_PACKET_ANSWER =
      "\u0081\n" + "\0".repeat(10) + "last" + "\0".repeat(8);

  private final ServerProcess reference;
  private final ServerProcess larder;
  private final Set<AcceptedDeviation> allowed;
  private int plays;

  /**
   * Compares {@code larder} with {@code reference}.
   *
   * @param allowed deviations that may show, beside those that always may
   */
  SideBySide(ServerProcess reference, ServerProcess larder, AcceptedDeviation... allowed) {
    this.reference = reference;
    this.larder = larder;
    this.allowed = Set.of(allowed);
    // memcached's first CAS unique is 1, which scripts name to be wrong: somebody else takes it.
    for (ServerProcess each : List.of(reference, larder)) {
      Wire.ask(each, Bytes.of("set first 0 0 0\r\n\r\n"), Pace.WHOLE, 0);
    }
  }

  /**
   * What was asked when the answers differed.
   *
   * @param isOfWidth whether they differ in the width of a number only
   */
  record Difference(
      String before, String sent, String expected, String got, String first, boolean isOfWidth) {
    @Override
    public String toString() {
      return String.join(
          "\n",
          "",
          "  before:   " + before,
          "  sent:     " + sent,
          "  expected: " + expected,
          "  got:      " + got,
          "  that is:  " + first);
    }
  }

  /** One run of a script. */
  final class Play {
    private final Script script;
    private final String prefix;
    private final ReplyComparison comparison = new ReplyComparison(allowed);
    private final StringBuilder sent = new StringBuilder();
    private int next;

    private Play(Script script, String prefix) {
      this.script = script;
      this.prefix = prefix;
    }

    Script script() {
      return script;
    }

    /** What this play calls a key. */
    String key(String name) {
      return Rendering.key(name, prefix);
    }

    /** All keys that it may store. */
    Set<String> keys() {
      Set<String> keys = new TreeSet<>();
      for (Script.Burst burst : script.bursts()) {
        for (String command : burst.commands()) {
          KEY_NAMES.matcher(command).results().forEach(found -> keys.add(key(found.group(1))));
        }
      }
      return keys;
    }

    boolean isOver() {
      return next == script.bursts().size();
    }

    /** Sends the next burst to both servers. */
    @Nullable Difference next() {
      Script.Burst burst = script.bursts().get(next++);
      String commands = String.join("", burst.commands());
      String before = sent.toString();
      // Both are rendered before either is sent, so that dates are the same.
      String there = Rendering.render(commands, prefix, key -> cas(reference, key));
      String here = Rendering.render(commands, prefix, key -> cas(larder, key));
      sent.append(Bytes.show(here)).append(" | ");
      byte[] expected = Wire.ask(reference, Bytes.of(there), burst.pace(), burst.paceSeed());
      byte[] got = Wire.ask(larder, Bytes.of(here), burst.pace(), burst.paceSeed());
      String first = comparison.difference(expected, got, endedInValue(burst, expected));
      return first == null
          ? null
          : new Difference(
              before,
              Bytes.show(here),
              Bytes.show(expected),
              Bytes.show(got),
              first,
              ReplyComparison.differInWidth(expected, got));
    }

    /**
     * Whether the client left in the middle of a value. Then memcached may have thrown away answers
     * that it had made but not sent.
     */
    private static boolean endedInValue(Script.Burst burst, byte[] expected) {
      String last = burst.commands().isEmpty() ? "" : burst.commands().getLast();
      String answer = Bytes.text(expected);
      return switch (last) {
        case LAST_COMMAND -> !answer.endsWith(LAST_ANSWER);
        case LAST_PACKET -> !answer.endsWith(LAST_PACKET_ANSWER);
        default -> false;
      };
    }

    /** Sends all bursts that are left, up to the first difference. */
    @Nullable Difference rest() {
      Difference difference = null;
      while (difference == null && !isOver()) {
        difference = next();
      }
      return difference;
    }
  }

  Play begin(Script script) {
    return new Play(script, "r" + plays++ + ".");
  }

  private static String cas(ServerProcess server, String key) {
    byte[] reply = Wire.ask(server, Bytes.of("gets " + key + "\r\n"), Pace.WHOLE, 0);
    List<Part> parts = ReplyParts.of(reply);
    String[] tokens = parts.getFirst().text().split(" ", -1);
    return tokens.length == 5 ? tokens[4] : "0";
  }
}
