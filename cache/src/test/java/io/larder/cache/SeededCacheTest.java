package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random requests, several under way at once, with background work, reads, faults and time drawn
 * from a seed; an oracle knows for every key what a correct cache may answer. A cache may forget;
 * it may never be wrong, and never bring back what it has forgotten.
 */
class SeededCacheTest {
  private static final int KEY_COUNT = 1500;

  /** What a key holds, as far as anyone can know. */
  private static final class Held {
    private final byte[] value;
    private final long expirySeconds;

    Held(byte[] value, long expirySeconds) {
      this.value = value;
      this.expirySeconds = expirySeconds;
    }

    byte[] value() {
      return value;
    }

    long expirySeconds() {
      return expirySeconds;
    }
  }

  private static final class Model {
    final Map<String, Held> held = new HashMap<>();
    final Map<String, CacheRig.Call> busy = new HashMap<>();
    int forgotten;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverWrongOnAFlashLargerThanTheData(long seed) {
    run(seed, 200, 30_000, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void neverWrongOnAFlashSmallerThanTheData(long seed) {
    run(seed, 8, 30_000, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
  void neverWrongOnADeviceThatFails(long seed) {
    run(seed, 16, 30_000, true);
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33})
  void neverWrongWithoutFlash(long seed) {
    run(seed, 0, 30_000, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43, 44})
  void neverWrongWhereKeysShareTheirTags(long seed) {
    run(seed, 64, 10_000, false, 10, 25);
  }

  @ParameterizedTest
  @ValueSource(longs = {51, 52, 53, 54})
  void neverWrongWhereWritersOutrunTheBackgroundWork(long seed) {
    run(seed, 16, 30_000, false, 64, 1);
  }

  @Test
  void seedsGivenByHand() {
    String seeds = System.getProperty("larder.seeds", "");
    for (String seed : seeds.split(",", -1)) {
      if (!seed.isBlank()) {
        long number = Long.parseLong(seed.trim());
        int pageCount = List.of(200, 8, 16, 0).get((int) (number % 4));
        int hashBitCount = number % 7 == 0 ? 10 : 64;
        int workShare = number % 5 == 0 ? 1 : 25;
        run(number, pageCount, 30_000, number % 4 == 2, hashBitCount, workShare);
      }
    }
  }

  private static void run(long seed, int pageCount, int steps, boolean faults) {
    run(seed, pageCount, steps, faults, 64, 25);
  }

  private static void run(
      long seed, int pageCount, int steps, boolean faults, int hashBitCount, int workShare) {
    try {
      play(seed, pageCount, steps, faults, hashBitCount, workShare);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", " + pageCount + " pages: " + e.getMessage(), e);
    }
  }

  private static void play(
      long seed, int pageCount, int steps, boolean faults, int hashBitCount, int workShare) {
    SplittableRandom random = new SplittableRandom(seed);
    int recacheRate = random.nextInt(3);
    try (CacheRig rig = CacheRig.of(pageCount, recacheRate, hashBitCount, random.split())) {
      Model model = new Model();
      for (int step = 0; step < steps; step++) {
        int draw = random.nextInt(100);
        if (draw < 85 - workShare) {
          begin(rig, model, random);
        } else if (draw < 85) {
          rig.work.runOne();
        } else if (draw < 98) {
          rig.reads.completeAny(random);
        } else if (draw == 98) {
          rig.clock.advanceSeconds(random.nextInt(3));
        } else if (faults && random.nextInt(8) == 0) {
          fault(rig, random);
        } else if (random.nextInt(200) == 0) {
          flushAll(rig, model);
        }
        settleAnswered(rig, model);
      }
      finish(rig, model);
      if (pageCount == 200 && !faults && rig.count(CacheCounter.DEMOTE_DROPPED) == 0) {
        assertThat(model.forgotten)
            .as("forgotten with room for everything")
            .isLessThanOrEqualTo((int) rig.count(CacheCounter.SLOTS_TAKEN_UNREAD));
      }
    }
  }

  private static void fault(CacheRig rig, SplittableRandom random) {
    switch (random.nextInt(4)) {
      case 0 -> rig.flashDevice().failNextWrite();
      case 1 -> rig.flashDevice().failNextRead();
      case 2 -> rig.reads.failNext();
      default -> rig.flashDevice().flipBit(random.nextLong(rig.flashDevice().sizeBytes()), 3);
    }
  }

  private static void flushAll(CacheRig rig, Model model) {
    finishPending(rig, model);
    rig.cache.flushAll(0);
    model.held.clear();
  }

  private static void begin(CacheRig rig, Model model, SplittableRandom random) {
    String key = "key-" + random.nextInt(KEY_COUNT);
    if (model.busy.containsKey(key)) {
      return;
    }
    CacheRig.Call call = draw(key, rig, random);
    model.busy.put(key, call);
    rig.start(call);
  }

  private static CacheRig.Call draw(String key, CacheRig rig, SplittableRandom random) {
    int draw = random.nextInt(100);
    if (draw < 45) {
      CacheRig.Call read = new CacheRig.Call(Verb.READ, key);
      if (random.nextInt(10) == 0) {
        read.touches = true;
        read.expirySeconds = expiry(rig, random);
      }
      return read;
    }
    if (draw < 53) {
      return new CacheRig.Call(Verb.DELETE, key);
    }
    if (draw < 58) {
      CacheRig.Call incr = new CacheRig.Call(Verb.ARITHMETIC, key);
      incr.delta = random.nextInt(100);
      incr.decrements = random.nextBoolean();
      return incr;
    }
    CacheRig.Call store = new CacheRig.Call(Verb.STORE, key).value(value(random));
    StoreMode[] modes = StoreMode.values();
    store.mode = random.nextInt(3) == 0 ? modes[random.nextInt(modes.length)] : StoreMode.SET;
    store.expirySeconds = expiry(rig, random);
    return store;
  }

  private static long expiry(CacheRig rig, SplittableRandom random) {
    return random.nextInt(4) == 0 ? rig.clock.unixSeconds() + 1 + random.nextInt(200) : 0;
  }

  private static byte[] value(SplittableRandom random) {
    if (random.nextInt(5) == 0) {
      return Long.toString(random.nextLong(1000)).getBytes(StandardCharsets.US_ASCII);
    }
    int length = random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(3000);
    if (length > 19_600) {
      // Some fit no write buffer.
      length *= 7;
    }
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) ('a' + random.nextInt(26)));
    if (length > 8) {
      byte[] stamp = Long.toString(random.nextLong()).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(stamp, 0, bytes, 0, Math.min(8, stamp.length));
    }
    return bytes;
  }

  private static void settleAnswered(CacheRig rig, Model model) {
    for (CacheRig.Call call : List.copyOf(model.busy.values())) {
      if (call.status != null) {
        String key = new String(call.keyBytes, StandardCharsets.UTF_8);
        model.busy.remove(key);
        judge(rig, model, key, call);
      }
    }
  }

  private static void judge(CacheRig rig, Model model, String key, CacheRig.Call call) {
    long now = rig.clock.unixSeconds();
    Held held = model.held.get(key);
    if (held != null && held.expirySeconds() != 0 && held.expirySeconds() <= now) {
      model.held.remove(key);
      held = null;
    }
    if (held != null && absentAnswer(call) && !wouldBeTooLarge(call, held)) {
      model.forgotten++;
      model.held.remove(key);
      held = null;
    }
    byte[] expected = held == null ? null : held.value();
    switch (call.verb) {
      case READ -> {
        if (call.status == Status.HIT) {
          assertThat(call.value).as("read of " + key).isEqualTo(expected);
          if (call.touches && held != null) {
            model.held.put(key, new Held(held.value(), call.expirySeconds));
          }
        }
      }
      case DELETE -> {
        assertThat(call.status == Status.DELETED)
            .as("delete of " + key)
            .isEqualTo(expected != null);
        model.held.remove(key);
      }
      case ARITHMETIC -> judgeNumber(model, key, call, held);
      case STORE -> judgeStore(model, key, call, held);
    }
  }

  private static boolean wouldBeTooLarge(CacheRig.Call call, Held held) {
    boolean joins = call.mode == StoreMode.APPEND || call.mode == StoreMode.PREPEND;
    return joins && held.value().length + call.valueLength > CacheRig.ITEM_BYTES_MAX - 100;
  }

  /** Whether the answer says that there was no item. */
  private static boolean absentAnswer(CacheRig.Call call) {
    Status status = CacheRig.status(call);
    return status == Status.MISS
        || status == Status.NOT_FOUND
        || (call.verb == Verb.STORE
            && (call.mode == StoreMode.ADD
                ? status == Status.STORED
                : status == Status.NOT_STORED && call.mode != StoreMode.SET));
  }

  private static void judgeNumber(
      Model model, String key, CacheRig.Call call, @Nullable Held held) {
    if (call.status == Status.NUMBER) {
      assertThat(held).as("arithmetic on " + key).isNotNull();
      if (held != null && call.value != null) {
        String old = new String(held.value(), StandardCharsets.US_ASCII);
        long before = Long.parseLong(old.trim().split("\\s", 2)[0]);
        long after = call.decrements ? Math.max(0, before - call.delta) : before + call.delta;
        assertThat(call.number).as("arithmetic on " + key).isEqualTo(after);
        model.held.put(key, new Held(call.value, held.expirySeconds()));
      }
    }
  }

  private static void judgeStore(Model model, String key, CacheRig.Call call, @Nullable Held held) {
    byte[] sent = call.valueMemory.asSlice(0, call.valueLength).toArray(ValueLayout.JAVA_BYTE);
    if (call.status != Status.STORED) {
      assertThat(call.mode).as("refused store of " + key).isNotEqualTo(StoreMode.SET);
      if (call.mode == StoreMode.ADD) {
        assertThat(held).as("add refused for " + key).isNotNull();
      }
      return;
    }
    boolean joins = call.mode == StoreMode.APPEND || call.mode == StoreMode.PREPEND;
    if (call.mode == StoreMode.REPLACE || joins) {
      assertThat(held).as(call.mode + " of absent " + key).isNotNull();
    }
    byte[] now = sent;
    long expiry = call.expirySeconds;
    if (joins && held != null) {
      byte[] first = call.mode == StoreMode.APPEND ? held.value() : sent;
      byte[] second = call.mode == StoreMode.APPEND ? sent : held.value();
      now = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, now, first.length, second.length);
      expiry = held.expirySeconds();
    }
    assertThat(call.value).as("shown after a store of " + key).isEqualTo(now);
    model.held.put(key, new Held(now, expiry));
  }

  private static void finishPending(CacheRig rig, Model model) {
    for (int i = 0; !model.busy.isEmpty(); i++) {
      assertThat(i).as("requests end").isLessThan(200_000);
      if (!rig.reads.completeNext() && !rig.work.runOne()) {
        rig.work.advance(Duration.ofMillis(20));
      }
      settleAnswered(rig, model);
    }
  }

  private static void finish(CacheRig rig, Model model) {
    finishPending(rig, model);
    rig.settle();
    for (String key : new ArrayList<>(model.held.keySet())) {
      CacheRig.Call read = rig.read(key);
      judge(rig, model, key, read);
    }
    rig.settle();
    rig.check();
  }
}
