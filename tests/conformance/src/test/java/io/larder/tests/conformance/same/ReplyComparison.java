package io.larder.tests.conformance.same;

import io.larder.tests.conformance.same.ReplyParts.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether two servers have said the same.
 *
 * <p>Byte by byte, but for what cannot be equal: CAS numbers are each server's own, so they are
 * compared up to a renaming that holds for all replies of one script; times may differ by the
 * seconds that pass between two questions; {@link AcceptedDeviation#DEBUG_SIZE} and {@link
 * AcceptedDeviation#VERSION} show always, and other deviations where they are allowed to.
 */
final class ReplyComparison {
  private static final long SECONDS_APART_MAX = 3;
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final Pattern WIDE_NUMBER = Pattern.compile("\\d+ +\r\n");

  /** Which word of a packet's line is its CAS number. */
  private static final int PACKET_CAS = 6;

  private static final Pattern WIDE_IN_HEX = Pattern.compile("^(value=(?:3\\d)+)(?:20)+$");

  private static final String HEX_VALUE = "value=";
  private static final Pattern LENGTH_AND_CAS =
      Pattern.compile("(VALUE \\S+ \\d+|VA) \\d+(?: \\d+)?");
  private static final Pattern CAS_FLAG = Pattern.compile("(?<= )c\\d+");
  private static final Pattern SPACES_OF_A_NUMBER = Pattern.compile("(?<=\\d) +");

  private final Set<AcceptedDeviation> allowed;
  private final Map<String, String> theirCasToOurs = new HashMap<>();
  private final Map<String, String> ourCasToTheirs = new HashMap<>();

  ReplyComparison(Set<AcceptedDeviation> allowed) {
    this.allowed = allowed;
  }

  /**
   * The first place where {@code ours} differs from {@code theirs}, or null.
   *
   * @param ignoresRest whether ours may go on where theirs ends
   */
  @Nullable String difference(byte[] theirs, byte[] ours, boolean ignoresRest) {
    List<Part> expected = parts(theirs);
    List<Part> actual = parts(ours);
    int count = ignoresRest ? expected.size() : Math.max(expected.size(), actual.size());
    for (int i = 0; i < count; i++) {
      String left = i < expected.size() ? expected.get(i).text() : "(nothing)";
      String right = i < actual.size() ? actual.get(i).text() : "(nothing)";
      boolean values = i < expected.size() && expected.get(i).isValue();
      if (values ? !left.equals(right) : !sameLine(left, right)) {
        return "part " + (i + 1) + " is " + Bytes.show(right) + " instead of " + Bytes.show(left);
      }
    }
    return null;
  }

  /**
   * Whether two replies are the same but for spaces behind digits, the lengths of values and CAS
   * numbers: a number that has kept its width, perhaps with something joined to it since.
   */
  static boolean differInWidth(byte[] theirs, byte[] ours) {
    return !Arrays.equals(theirs, ours) && narrow(theirs).equals(narrow(ours));
  }

  private static List<String> narrow(byte[] reply) {
    return ReplyParts.of(reply).stream()
        .map(Part::text)
        .map(text -> text.startsWith("PACKET ") ? narrowPacket(text) : narrowText(text))
        .toList();
  }

  private static String narrowText(String text) {
    String any = LENGTH_AND_CAS.matcher(text).replaceAll("$1 any");
    return SPACES_OF_A_NUMBER.matcher(CAS_FLAG.matcher(any).replaceAll("")).replaceAll("");
  }

  private static String narrowPacket(String line) {
    String[] words = SPACE.split(line, -1);
    words[PACKET_CAS] = "any";
    for (int i = 0; i < words.length; i++) {
      if (words[i].startsWith(HEX_VALUE)) {
        byte[] value = HexFormat.of().parseHex(words[i].substring(HEX_VALUE.length()));
        words[i] = SPACES_OF_A_NUMBER.matcher(Bytes.text(value)).replaceAll("");
      }
    }
    return String.join(" ", words);
  }

  private List<Part> parts(byte[] reply) {
    List<Part> parts = ReplyParts.of(reply);
    if (!allowed.contains(AcceptedDeviation.WIDTH_OF_A_NUMBER)) {
      return parts;
    }
    List<Part> narrow = new ArrayList<>(parts);
    for (int i = 1; i < parts.size(); i++) {
      String value = parts.get(i).text();
      if (parts.get(i).isValue() && WIDE_NUMBER.matcher(value).matches()) {
        String number = value.strip();
        String line = parts.get(i - 1).text();
        narrow.set(i, new Part(true, number + "\r\n"));
        narrow.set(i - 1, new Part(false, withLength(line, number.length())));
      }
    }
    return narrow;
  }

  /** The line before a value, with another length of it. */
  private static String withLength(String line, int length) {
    String[] tokens = SPACE.split(line, -1);
    tokens[tokens[0].equals("VA") ? 1 : 3] = Integer.toString(length);
    return String.join(" ", tokens);
  }

  private boolean sameLine(String theirs, String ours) {
    String[] left = SPACE.split(theirs, -1);
    String[] right = SPACE.split(ours, -1);
    if (!left[0].equals(right[0])) {
      return false;
    }
    if (left[0].equals("VERSION") || isVersionPacket(left, right)) {
      return true;
    }
    if (left.length != right.length) {
      return false;
    }
    for (int i = 1; i < left.length; i++) {
      if (!sameToken(left[0], i, left[i], right[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean sameToken(String word, int index, String theirs, String ours) {
    return switch (word) {
      case "VALUE" -> index == 4 ? sameCas(theirs, ours) : theirs.equals(ours);
      case "VA" -> index == 1 ? theirs.equals(ours) : sameFlag(theirs, ours);
      case "HD", "EN", "NF", "NS", "EX" -> sameFlag(theirs, ours);
      case "PACKET" -> samePacketField(index, theirs, ours);
      case "ME" -> index == 1 ? theirs.equals(ours) : sameDebugField(theirs, ours);
      default -> theirs.equals(ours);
    };
  }

  private static boolean isVersionPacket(String[] theirs, String[] ours) {
    return theirs.length > 2 && theirs[2].equals("op=0b") && ours[2].equals("op=0b");
  }

  private boolean samePacketField(int index, String theirs, String ours) {
    if (index == PACKET_CAS) {
      return sameCas(theirs, ours);
    }
    boolean narrows = allowed.contains(AcceptedDeviation.WIDTH_OF_A_NUMBER);
    return theirs.equals(ours)
        || (narrows && WIDE_IN_HEX.matcher(ours).replaceFirst("$1").equals(theirs));
  }

  private boolean sameFlag(String theirs, String ours) {
    if (theirs.isEmpty() || ours.isEmpty() || theirs.charAt(0) != ours.charAt(0)) {
      return theirs.equals(ours);
    }
    return switch (theirs.charAt(0)) {
      case 'c' -> sameCas(theirs.substring(1), ours.substring(1));
      case 't' -> sameSeconds(theirs.substring(1), ours.substring(1));
      case 's' -> allowed.contains(AcceptedDeviation.WIDTH_OF_A_NUMBER) || theirs.equals(ours);
      case 'l' ->
          allowed.contains(AcceptedDeviation.LAST_ACCESS)
              || sameSeconds(theirs.substring(1), ours.substring(1));
      default -> theirs.equals(ours);
    };
  }

  private boolean sameDebugField(String theirs, String ours) {
    String name = theirs.substring(0, theirs.indexOf('=') + 1);
    if (!ours.startsWith(name)) {
      return false;
    }
    String left = theirs.substring(name.length());
    String right = ours.substring(name.length());
    return switch (name) {
      case "cas=" -> sameCas(left, right);
      case "exp=" -> sameSeconds(left, right);
      case "la=" -> allowed.contains(AcceptedDeviation.LAST_ACCESS) || sameSeconds(left, right);
      case "cls=", "size=" -> true;
      default -> left.equals(right);
    };
  }

  private boolean sameCas(String theirs, String ours) {
    if (theirs.equals("0") || ours.equals("0")) {
      return theirs.equals(ours);
    }
    String knownOurs = theirCasToOurs.putIfAbsent(theirs, ours);
    String knownTheirs = ourCasToTheirs.putIfAbsent(ours, theirs);
    return (knownOurs == null || knownOurs.equals(ours))
        && (knownTheirs == null || knownTheirs.equals(theirs));
  }

  private static boolean sameSeconds(String theirs, String ours) {
    if (theirs.equals(ours)) {
      return true;
    }
    try {
      long left = Long.parseLong(theirs);
      long right = Long.parseLong(ours);
      return left >= 0 == right >= 0 && Math.abs(left - right) <= SECONDS_APART_MAX;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
