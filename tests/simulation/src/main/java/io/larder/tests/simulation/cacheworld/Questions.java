package io.larder.tests.simulation.cacheworld;

import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.platform.time.Clock;
import io.larder.tests.simulation.model.Draws;
import io.larder.tests.simulation.oracle.Item;
import io.larder.tests.simulation.oracle.Oracle;
import io.larder.tests.simulation.oracle.Question;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Draws what is asked: every verb in every variant that the protocol knows.
 *
 * <p><b>Threads.</b> One.
 */
final class Questions {
  private static final byte[] NOTHING = new byte[0];
  private static final int LIFE_SECONDS_MAX = 400;

  private final CacheScenario scenario;
  private final Oracle oracle;
  private final Clock clock;
  private long stamp;

  Questions(CacheScenario scenario, Oracle oracle, Clock clock) {
    this.scenario = scenario;
    this.oracle = oracle;
    this.clock = clock;
  }

  /** Any question about a key. */
  Question any(int session, int key, RandomGenerator random) {
    if (random.nextInt(100) < scenario.readPercent()) {
      return read(session, key, random);
    }
    int draw = random.nextInt(100);
    if (draw < 75) {
      return store(session, key, random);
    }
    return draw < 87 ? delete(session, key, random) : count(session, key, random);
  }

  /** A plain read. */
  Question get(int session, int key) {
    Question asked = new Question(oracle, session, key, Verb.READ, NOTHING);
    asked.wantsValue = true;
    return asked;
  }

  /** A plain read that leaves no trace, of a key that is checked at the end. */
  Question look(int session, int key) {
    Question asked = get(session, key);
    asked.leavesNoTrace = true;
    return asked;
  }

  /** A plain set of a value of any size. */
  Question set(int session, int key, int valueBytes, RandomGenerator random) {
    Question asked = new Question(oracle, session, key, Verb.STORE, text(key, valueBytes, random));
    asked.flags = random.nextInt(3) == 0 ? random.nextInt() : 0;
    asked.expirySeconds = expiry(random);
    return asked;
  }

  private Question read(int session, int key, RandomGenerator random) {
    Question asked = new Question(oracle, session, key, Verb.READ, NOTHING);
    asked.wantsValue = random.nextBoolean();
    asked.leavesNoTrace = random.nextInt(4) == 0;
    asked.keyBinary = random.nextInt(8) == 0;
    if (random.nextInt(3) == 0) {
      asked.claimsStale = true;
    }
    if (random.nextInt(6) == 0) {
      asked.touches = true;
      asked.expirySeconds = expiry(random);
    }
    if (random.nextInt(10) == 0) {
      asked.vivifies = true;
      asked.vivifyExpirySeconds = expiry(random);
      giveCas(asked, random);
    }
    if (random.nextInt(8) == 0) {
      asked.recaches = true;
      asked.recacheBelowSeconds = random.nextInt(LIFE_SECONDS_MAX);
      asked.recachesBeforeTouch = random.nextBoolean();
    }
    return asked;
  }

  private Question store(int session, int key, RandomGenerator random) {
    Question asked = set(session, key, valueBytes(random), random);
    if (random.nextInt(3) == 0) {
      StoreMode[] modes = StoreMode.values();
      asked.mode = modes[random.nextInt(modes.length)];
    }
    asked.keyBinary = random.nextInt(8) == 0;
    compareCas(asked, random);
    giveCas(asked, random);
    asked.invalidates = random.nextInt(4) == 0;
    if (asked.mode == StoreMode.APPEND || asked.mode == StoreMode.PREPEND) {
      asked.vivifies = random.nextInt(3) == 0;
      asked.vivifyExpirySeconds = expiry(random);
    }
    return asked;
  }

  private Question delete(int session, int key, RandomGenerator random) {
    Question asked = new Question(oracle, session, key, Verb.DELETE, NOTHING);
    compareCas(asked, random);
    if (random.nextBoolean()) {
      asked.invalidates = random.nextBoolean();
      asked.clearsValue = random.nextInt(3) == 0;
      asked.touches = random.nextInt(3) == 0;
      asked.expirySeconds = expiry(random);
      giveCas(asked, random);
    }
    return asked;
  }

  private Question count(int session, int key, RandomGenerator random) {
    Question asked = new Question(oracle, session, key, Verb.ARITHMETIC, NOTHING);
    asked.delta = number(random);
    asked.decrements = random.nextBoolean();
    asked.keyBinary = random.nextInt(8) == 0;
    compareCas(asked, random);
    giveCas(asked, random);
    if (random.nextInt(3) == 0) {
      asked.touches = true;
      asked.expirySeconds = expiry(random);
    }
    if (random.nextInt(3) == 0) {
      asked.vivifies = true;
      asked.vivifyExpirySeconds = expiry(random);
      asked.initialNumber = number(random);
    }
    return asked;
  }

  /** Now and then, and as often the right one as one of others. */
  private void compareCas(Question asked, RandomGenerator random) {
    if (random.nextInt(4) != 0) {
      return;
    }
    Item item = oracle.item(asked.key());
    asked.comparesCas = true;
    asked.cas = item == null ? random.nextLong(1000) : item.cas() + random.nextInt(4) / 3;
    if (random.nextInt(4) == 0) {
      asked.cas--;
    }
  }

  private static void giveCas(Question asked, RandomGenerator random) {
    if (random.nextInt(6) == 0) {
      asked.setsCas = true;
      asked.newCas = random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(10_000);
    }
  }

  private long expiry(RandomGenerator random) {
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> clock.unixSeconds() + 1 + random.nextInt(LIFE_SECONDS_MAX);
      case 3 -> clock.unixSeconds() + 1 + random.nextInt(3);
      // Past already: the protocol says so of negative times.
      case 4 -> random.nextInt(4) == 0 ? 1 : 0;
      default -> 0;
    };
  }

  private static long number(RandomGenerator random) {
    return switch (random.nextInt(8)) {
      case 0 -> -1 - random.nextLong(10);
      case 1 -> random.nextLong();
      case 2 -> 0;
      default -> random.nextLong(200);
    };
  }

  private int valueBytes(RandomGenerator random) {
    int largest = scenario.itemBytesMax() - 64;
    return switch (random.nextInt(40)) {
      // Around the largest that is taken, some below and some above.
      case 0 -> Math.max(0, largest - random.nextInt(16));
      case 1, 2 -> random.nextInt(largest);
      case 3, 4, 5 -> 0;
      default -> Math.min(largest, Draws.oneTo(scenario.valueBytesMax(), random) - 1);
    };
  }

  /** Bytes that say which key they are of and that no other value has, or a number. */
  private byte[] text(int key, int length, RandomGenerator random) {
    if (length < 30 && random.nextBoolean()) {
      String spaces = " ".repeat(random.nextInt(3));
      return bytes(spaces + Long.toUnsignedString(number(random)) + spaces);
    }
    stamp++;
    byte[] value = new byte[length];
    byte[] front = bytes("v" + stamp + "k" + key + ";");
    for (int at = 0; at < length; at += front.length) {
      System.arraycopy(front, 0, value, at, Math.min(front.length, length - at));
    }
    return value;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
