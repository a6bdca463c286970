package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** How requests and answers look on the wire: memcached's text protocol, or its meta commands. */
enum Dialect {
  CLASSIC {
    @Override
    void ask(Connection to, Change change, String key) {
      switch (change.kind()) {
        case SET, ADD, REPLACE -> store(to, word(change), key, change, "");
        case CAS -> store(to, "cas", key, change, " " + change.token());
        case APPEND, PREPEND -> store(to, word(change), key, change, "");
        case COUNT -> to.add("incr " + key + " " + change.delta() + "\r\n");
        case TOUCH -> to.add("touch " + key + " " + change.expiry() + "\r\n");
        case GET_AND_TOUCH -> to.add("gats " + change.expiry() + " " + key + "\r\n");
        case DELETE -> to.add("delete " + key + "\r\n");
      }
    }

    private static String word(Change change) {
      return change.kind().name().toLowerCase(Locale.ROOT);
    }

    private static void store(
        Connection to, String word, String key, Change change, String behind) {
      byte[] value = written(change);
      to.add(
          word
              + " "
              + key
              + " "
              + change.flags()
              + " "
              + change.expiry()
              + " "
              + value.length
              + behind
              + "\r\n");
      to.add(value);
      to.add("\r\n");
    }

    @Override
    Result answer(Connection from, Change change) throws IOException {
      String line = from.line();
      if (change.kind() == Change.Kind.GET_AND_TOUCH && line.startsWith("VALUE ")) {
        Shown shown = value(from, line.split(" ", -1));
        expect(from.line(), "END");
        return new Result(Answer.DONE, shown);
      }
      if (change.kind() == Change.Kind.COUNT && isNumber(line)) {
        return new Result(Answer.DONE, new Shown(line.getBytes(ISO_8859_1), -1, 0, NOT_SAID));
      }
      return switch (line) {
        case "STORED", "DELETED", "TOUCHED" -> Result.of(Answer.DONE);
        case "NOT_STORED" -> Result.of(Answer.NOT_STORED);
        case "EXISTS" -> Result.of(Answer.EXISTS);
        case "NOT_FOUND", "END" -> Result.of(Answer.NOT_FOUND);
        default -> refused(change, line);
      };
    }

    @Override
    void ask(Connection to, List<String> keys) {
      to.add("gets " + String.join(" ", keys) + "\r\n");
    }

    @Override
    void answers(Connection from, List<String> keys, BiConsumer<Integer, @Nullable Shown> taker)
        throws IOException {
      Map<String, Integer> left = new HashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        left.put(keys.get(i), i);
      }
      for (String line = from.line(); !line.equals("END"); line = from.line()) {
        String[] words = line.split(" ", -1);
        if (words.length != 5 || !words[0].equals("VALUE")) {
          throw new SurpriseException("a get was answered with " + line);
        }
        Integer at = left.remove(words[1]);
        if (at == null) {
          throw new SurpriseException("a get was answered with another key: " + line);
        }
        taker.accept(at, value(from, words));
      }
      for (int at : left.values()) {
        taker.accept(at, null);
      }
    }

    private static Shown value(Connection from, String[] words) throws IOException {
      byte[] value = from.value(Integer.parseInt(words[3]));
      return new Shown(
          value, Integer.parseInt(words[2]), Long.parseUnsignedLong(words[4]), NOT_SAID);
    }
  },

  META {
    @Override
    void ask(Connection to, Change change, String key) {
      switch (change.kind()) {
        case SET -> store(to, key, change, fresh(change));
        case ADD -> store(to, key, change, fresh(change) + " ME");
        case REPLACE -> store(to, key, change, fresh(change) + " MR");
        case CAS -> store(to, key, change, fresh(change) + " C" + change.token());
        case APPEND -> store(to, key, change, " MA");
        case PREPEND -> store(to, key, change, " MP");
        case COUNT -> to.add("ma " + key + " D" + change.delta() + " v c\r\n");
        case TOUCH -> to.add("mg " + key + " T" + change.expiry() + "\r\n");
        case GET_AND_TOUCH -> to.add("mg " + key + " v f c T" + change.expiry() + "\r\n");
        case DELETE -> to.add("md " + key + "\r\n");
      }
    }

    private static String fresh(Change change) {
      return " F" + change.flags() + " T" + change.expiry();
    }

    private static void store(Connection to, String key, Change change, String flags) {
      byte[] value = written(change);
      to.add("ms " + key + " " + value.length + " c" + flags + "\r\n");
      to.add(value);
      to.add("\r\n");
    }

    @Override
    Result answer(Connection from, Change change) throws IOException {
      String line = from.line();
      return switch (line.length() < 2 ? line : line.substring(0, 2)) {
        case "HD", "VA" -> new Result(Answer.DONE, shown(from, line));
        case "NS" -> Result.of(Answer.NOT_STORED);
        case "EX" -> Result.of(Answer.EXISTS);
        case "NF", "EN" -> Result.of(Answer.NOT_FOUND);
        default -> refused(change, line);
      };
    }

    @Override
    void ask(Connection to, List<String> keys) {
      for (String key : keys) {
        to.add("mg " + key + " v f c t u\r\n");
      }
    }

    @Override
    void answers(Connection from, List<String> keys, BiConsumer<Integer, @Nullable Shown> taker)
        throws IOException {
      for (int i = 0; i < keys.size(); i++) {
        String line = from.line();
        if (line.equals("EN")) {
          taker.accept(i, null);
        } else if (line.startsWith("VA ")) {
          taker.accept(i, shown(from, line));
        } else {
          throw new SurpriseException("a read was answered with " + line);
        }
      }
    }

    private static Shown shown(Connection from, String line) throws IOException {
      String[] words = line.split(" ", -1);
      boolean hasValue = words[0].equals("VA");
      int flags = -1;
      long token = 0;
      long leftSeconds = NOT_SAID;
      for (int i = hasValue ? 2 : 1; i < words.length; i++) {
        String said = words[i].substring(1);
        switch (words[i].charAt(0)) {
          case 'f' -> flags = Integer.parseInt(said);
          case 'c' -> token = Long.parseUnsignedLong(said);
          case 't' -> leftSeconds = Long.parseLong(said);
          default -> throw new SurpriseException("an answer says " + line);
        }
      }
      byte[] value = hasValue ? from.value(Integer.parseInt(words[1])) : null;
      return new Shown(value, flags, token, leftSeconds);
    }
  };

  private static final long NOT_SAID = Shown.NOT_SAID;
  private static final String NO_NUMBER =
      "CLIENT_ERROR cannot increment or decrement non-numeric value";

  /** Asks for a change. */
  abstract void ask(Connection to, Change change, String key);

  /** Reads how it was answered. */
  abstract Result answer(Connection from, Change change) throws IOException;

  /** Asks for some values. */
  abstract void ask(Connection to, List<String> keys);

  /** Reads them; {@code taker} hears of each key, by its place in the list: null is a miss. */
  abstract void answers(
      Connection from, List<String> keys, BiConsumer<Integer, @Nullable Shown> taker)
      throws IOException;

  private static byte[] written(Change change) {
    Content content =
        change.isNumber() && change.kind().isStore()
            ? Content.number(change.item(), change.number())
            : Content.bytes(change.item(), change.number(), change.bytes());
    return content.toBytes();
  }

  private static Result refused(Change change, String line) {
    if (line.startsWith("SERVER_ERROR out of memory")) {
      return Result.of(Answer.REFUSED);
    }
    if (change.kind() == Change.Kind.COUNT && line.startsWith(NO_NUMBER)) {
      return Result.of(Answer.NOT_A_NUMBER);
    }
    throw new SurpriseException(change + " was answered with " + line);
  }

  private static boolean isNumber(String line) {
    return !line.isEmpty() && line.chars().allMatch(each -> each >= '0' && each <= '9');
  }

  private static void expect(String line, String expected) {
    if (!line.equals(expected)) {
      throw new SurpriseException("instead of " + expected + " there was " + line);
    }
  }
}
