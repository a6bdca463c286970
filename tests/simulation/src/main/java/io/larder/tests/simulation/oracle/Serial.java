package io.larder.tests.simulation.oracle;

import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.tests.simulation.oracle.Effect.Fetched;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What each request does when nothing else is under way: the meaning of the commands, written down
 * a second time, from what memcached documents and not from the cache's code.
 */
final class Serial {
  /** What memcached needs for an item beside key and value: header, CAS, key end, line end. */
  private static final int OVERHEAD_BYTES = 48 + 8 + 1 + 2;

  private static final int FLAGS_BYTES = 4;
  private static final Pattern NUMBER =
      Pattern.compile("[ \\t-\\r]*\\+?(\\d+)(?:[ \\t-\\r\\x00].*)?", Pattern.DOTALL);
  private static final BigInteger NUMBER_COUNT = BigInteger.ONE.shiftLeft(Long.SIZE);

  private final int itemBytesMax;
  private final boolean refuses;

  /**
   * The commands of a cache.
   *
   * @param itemBytesMax largest item, counted as memcached does
   * @param refuses whether what finds no room may be refused
   */
  Serial(int itemBytesMax, boolean refuses) {
    this.itemBytesMax = itemBytesMax;
    this.refuses = refuses;
  }

  /** Whether a request may be told that there is no memory: only one that would write. */
  boolean mayRefuse(Question asked, @Nullable Item item, long nowSeconds) {
    Effect effect = effect(asked, item, nowSeconds);
    boolean writes = effect.shown != null && (!asked.isPureRead() || effect.won);
    return refuses && writes;
  }

  /** Whether the item that a refused request was to replace goes, as memcached's does. */
  static boolean losesWhenRefused(Question asked) {
    return asked.verb == Verb.STORE
        && (asked.mode == StoreMode.SET || asked.mode == StoreMode.REPLACE);
  }

  /** What {@code asked} does to a key that holds {@code item}, or nothing. */
  Effect effect(Question asked, @Nullable Item item, long nowSeconds) {
    return switch (asked.verb) {
      case READ -> item == null ? readNothing(asked) : read(asked, item, nowSeconds);
      case STORE -> item == null ? storeNew(asked) : storeOver(asked, item);
      case DELETE -> item == null ? Effect.none(Status.NOT_FOUND, null) : delete(asked, item);
      case ARITHMETIC -> item == null ? countNew(asked) : count(asked, item);
    };
  }

  // ------------------------------------------------------------------ read

  private static Effect readNothing(Question asked) {
    if (!asked.vivifies) {
      return Effect.none(Status.MISS, null);
    }
    Item shown =
        Item.fresh(Item.nothing(), 0, asked.vivifyExpirySeconds, newCas(asked), asked.keyBinary);
    Effect effect = new Effect(Status.HIT, shown.withMarks(false, true), shown);
    effect.givesSequence = !asked.setsCas;
    effect.fetched = asked.leavesTrace() ? Fetched.SET : Fetched.CLEARED;
    effect.made = true;
    effect.won = true;
    return effect;
  }

  private static Effect read(Question asked, Item item, long nowSeconds) {
    Item shown = asked.touches ? item.withExpiry(asked.expirySeconds) : item;
    boolean wins = wins(asked, asked.recachesBeforeTouch ? item : shown, nowSeconds);
    Item after = wins ? shown.withMarks(shown.stale(), true) : shown;
    Effect effect = new Effect(Status.HIT, after, shown);
    effect.won = wins;
    effect.fetched = asked.leavesTrace() ? Fetched.SET : Fetched.KEPT;
    effect.expiryBeforeSeconds = asked.touches ? item.expirySeconds() : 0;
    return effect;
  }

  /** Whether a read chooses its client to refresh the item. */
  static boolean wins(Request asked, Item item, long nowSeconds) {
    if (item.tokenSent()) {
      return false;
    }
    if (item.stale()) {
      return asked.claimsStale;
    }
    return asked.recaches
        && item.expirySeconds() != 0
        && item.expirySeconds() - nowSeconds < asked.recacheBelowSeconds;
  }

  // ------------------------------------------------------------------ store

  private Effect storeNew(Question asked) {
    boolean joins = joins(asked);
    if (asked.comparesCas && !joins && asked.mode != StoreMode.ADD) {
      return Effect.none(Status.NOT_FOUND, null);
    }
    if (asked.mode == StoreMode.REPLACE || (joins && !asked.vivifies)) {
      return Effect.none(Status.NOT_STORED, null);
    }
    if (!fits(asked, asked.flags, asked.sent().length)) {
      return Effect.none(Status.TOO_LARGE, null);
    }
    long expiry = joins ? asked.vivifyExpirySeconds : asked.expirySeconds;
    return stored(
        asked, Item.fresh(asked.sent(), asked.flags, expiry, newCas(asked), asked.keyBinary));
  }

  private Effect storeOver(Question asked, Item item) {
    if (asked.mode == StoreMode.ADD) {
      return Effect.none(Status.NOT_STORED, item);
    }
    boolean marksStale = asked.comparesCas && asked.cas != item.cas();
    boolean takesLower =
        asked.invalidates && !joins(asked) && Long.compareUnsigned(asked.cas, item.cas()) < 0;
    if (marksStale && !takesLower) {
      return Effect.none(Status.EXISTS, item);
    }
    if (joins(asked)) {
      return join(asked, item);
    }
    if (!fits(asked, asked.flags, asked.sent().length)) {
      // As memcached: rather nothing than the value that the client wanted to be rid of.
      return Effect.none(Status.TOO_LARGE, null);
    }
    Item fresh =
        Item.fresh(
            asked.sent(),
            asked.flags,
            marksStale ? item.expirySeconds() : asked.expirySeconds,
            newCas(asked),
            asked.keyBinary);
    return stored(asked, marksStale ? fresh.withMarks(true, item.tokenSent()) : fresh);
  }

  private Effect join(Question asked, Item item) {
    byte[] front = asked.mode == StoreMode.APPEND ? item.value() : asked.sent();
    byte[] back = asked.mode == StoreMode.APPEND ? asked.sent() : item.value();
    if (!fits(asked, item.flags(), front.length + back.length)) {
      return Effect.none(Status.NOT_STORED, item);
    }
    byte[] both = Arrays.copyOf(front, front.length + back.length);
    System.arraycopy(back, 0, both, front.length, back.length);
    return stored(
        asked,
        Item.fresh(
            both,
            item.flags(),
            item.expirySeconds(),
            newCas(asked),
            item.keyBinary() || asked.keyBinary));
  }

  private static Effect stored(Question asked, Item item) {
    Effect effect = new Effect(Status.STORED, item, item);
    effect.givesSequence = !asked.setsCas;
    effect.fetched = Fetched.CLEARED;
    return effect;
  }

  private static boolean joins(Question asked) {
    return asked.mode == StoreMode.APPEND || asked.mode == StoreMode.PREPEND;
  }

  private boolean fits(Question asked, int flags, int valueLength) {
    long needed =
        (long) OVERHEAD_BYTES + (flags == 0 ? 0 : FLAGS_BYTES) + asked.keyLength + valueLength;
    return needed <= itemBytesMax;
  }

  private static long newCas(Question asked) {
    return asked.setsCas ? asked.newCas : 0;
  }

  // ------------------------------------------------------------------ delete

  private static Effect delete(Question asked, Item item) {
    if (asked.comparesCas && asked.cas != item.cas()) {
      return Effect.none(Status.EXISTS, item);
    }
    if (!asked.invalidates && !asked.clearsValue) {
      return Effect.none(Status.DELETED, null);
    }
    Item left = asked.clearsValue ? item.withValue(Item.nothing(), 0) : item;
    if (asked.touches) {
      left = left.withExpiry(asked.expirySeconds);
    }
    left = left.withMarks(item.stale() || asked.invalidates, false).withCas(newCas(asked));
    Effect effect = new Effect(Status.DELETED, left, left);
    effect.givesSequence = !asked.setsCas;
    return effect;
  }

  // ------------------------------------------------------------------ arithmetic

  private static Effect countNew(Question asked) {
    if (!asked.vivifies) {
      return Effect.none(Status.NOT_FOUND, null);
    }
    Item made =
        Item.fresh(
            bytesOf(Long.toUnsignedString(asked.initialNumber)),
            0,
            asked.vivifyExpirySeconds,
            newCas(asked),
            asked.keyBinary);
    Effect effect = new Effect(Status.NUMBER, made, made);
    effect.givesSequence = !asked.setsCas;
    effect.fetched = Fetched.CLEARED;
    effect.made = true;
    effect.number = asked.initialNumber;
    return effect;
  }

  private static Effect count(Question asked, Item item) {
    byte[] old = item.value();
    if (old.length == 0) {
      return Effect.none(Status.NON_NUMERIC, item);
    }
    if (asked.comparesCas && asked.cas != item.cas()) {
      return Effect.none(Status.EXISTS, item);
    }
    BigInteger number = numberIn(old);
    if (number == null) {
      return Effect.none(Status.NON_NUMERIC, item);
    }
    BigInteger delta = new BigInteger(Long.toUnsignedString(asked.delta));
    BigInteger result =
        asked.decrements
            ? number.subtract(delta).max(BigInteger.ZERO)
            : number.add(delta).mod(NUMBER_COUNT);
    String digits = result.toString();
    String padded = digits + " ".repeat(Math.max(0, old.length - digits.length()));
    Item counted = item.withValue(bytesOf(padded), item.flags()).withCas(newCas(asked));
    if (asked.touches) {
      counted = counted.withExpiry(asked.expirySeconds);
    }
    Effect effect = new Effect(Status.NUMBER, counted, counted);
    effect.givesSequence = !asked.setsCas;
    effect.number = result.longValue();
    effect.expiryBeforeSeconds = item.expirySeconds();
    return effect;
  }

  private static @Nullable BigInteger numberIn(byte[] value) {
    Matcher matcher = NUMBER.matcher(new String(value, StandardCharsets.ISO_8859_1));
    if (!matcher.matches()) {
      return null;
    }
    BigInteger number = new BigInteger(matcher.group(1));
    return number.compareTo(NUMBER_COUNT) < 0 ? number : null;
  }

  private static byte[] bytesOf(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
