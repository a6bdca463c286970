package io.larder.tests.simulation.oracle;

import io.larder.cache.index.KeyHash;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.engine.model.KeyGroup;
import io.larder.platform.time.Clock;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows for every key what a correct cache may answer now, and fails when it answers anything else.
 *
 * <p><b>Threads.</b> One.
 */
public final class Oracle {
  /**
   * Keys that agree in these bits of their hash may be taken for each other: a slot knows 29 of
   * them, by shard, bucket and tag, and what is changed during a rebuild is known by fewer.
   */
  private static final long SEEN_BITS = KeyGroup.COUNT - 1;

  private final Serial serial;
  private final Losses losses;
  private final Clock clock;
  private final Tally tally;
  private final Trace trace;
  private final List<KeyHistory> keys = new ArrayList<>();
  private final Map<Status, Long> answers = new HashMap<>();
  private long turn;
  private long lastSequence;
  private long flushDueSeconds;
  private long forgottenCount;
  private long underWayCount;
  private long readsAnswered;
  private long readHits;
  private long numbersMade;

  /** When everything had been found that an earlier process has left. */
  private long restoredTurn;

  /** Whatever was answered by then outlives the machine. */
  private long settledTurn = Long.MAX_VALUE;

  /** The latest that it has been; a clock may be set back between two processes. */
  private long latestSeconds;

  /** When the last delayed flush_all was due that has come due; 0 for none. */
  private long lastDueSeconds;

  /** Where the cache says what it has lost. */
  public interface Losses {
    /** Items that have left the cache although nobody asked for it, each with its reason. */
    long counted();

    /** Slots that a set took without knowing whose they were. */
    long toOthers();
  }

  /**
   * Nothing is held.
   *
   * @param keyCount keys are 0 to this
   * @param hash the one by which the cache finds keys
   * @param itemBytesMax the largest item, as memcached counts it
   * @param refuses whether the cache may refuse what finds no room
   */
  public Oracle(
      int keyCount,
      KeyHash hash,
      int itemBytesMax,
      boolean refuses,
      Losses losses,
      Clock clock,
      Tally tally,
      Trace trace) {
    this.serial = new Serial(itemBytesMax, refuses);
    this.losses = losses;
    this.clock = clock;
    this.tally = tally;
    this.trace = trace;
    Map<Long, Integer> owners = new HashMap<>();
    for (int key = 0; key < keyCount; key++) {
      owners.merge(seenBits(hash, key), 1, Integer::sum);
    }
    for (int key = 0; key < keyCount; key++) {
      keys.add(new KeyHistory(key, owners.getOrDefault(seenBits(hash, key), 0) > 1));
    }
  }

  private static long seenBits(KeyHash hash, int key) {
    byte[] bytes = keyBytes(key);
    return hash.of(MemorySegment.ofArray(bytes), 0, bytes.length) & SEEN_BITS;
  }

  /** The bytes of a key, of every length that a key may have. */
  static byte[] keyBytes(int key) {
    String text = Integer.toString(key, Character.MAX_RADIX);
    int length = key % 16 == 5 ? 250 : text.length() + key % 7;
    StringBuilder padded = new StringBuilder(text);
    while (padded.length() < length) {
      padded.append('_');
    }
    return padded.toString().getBytes(StandardCharsets.US_ASCII);
  }

  // ----------------------------------------------------------------- questions and answers

  /** A question is about to be put to the cache. */
  public void asked(Question question) {
    turn++;
    underWayCount++;
    trace.note(question.verb.name(), question.session(), question.key(), question.sent().length);
    KeyHistory history = keys.get(question.key());
    question.asked(
        turn, clock.unixSeconds(), losses.counted(), losses.toOthers(), history.underWay());
    history.asked(question);
  }

  void answered(Question question, Status status, ItemView view) {
    turn++;
    underWayCount--;
    trace.note(status.name(), question.session(), question.key(), turn);
    Moment now = now();
    KeyHistory history = keys.get(question.key());
    int forgotten = history.answered(question, status, view, now, serial);
    forgottenCount += forgotten;
    if (forgottenCount > now.losses() + now.collisions()) {
      throw new SimulationFailure(
          "%d items are gone, and %d losses are counted: %s"
              .formatted(forgottenCount, now.losses() + now.collisions(), question));
    }
    requireAccessTime(status, view, now);
    count(question, status);
    lastSequence = Math.max(lastSequence, history.sequenceGiven());
  }

  private void requireAccessTime(Status status, ItemView view, Moment now) {
    latestSeconds = Math.max(latestSeconds, now.seconds());
    if (status == Status.HIT && view.accessSeconds() > latestSeconds) {
      throw new SimulationFailure("read last at " + view.accessSeconds() + ", in the future");
    }
  }

  private void count(Question question, Status status) {
    answers.merge(status, 1L, Long::sum);
    tally.answer();
    if (question.verb == Verb.READ && status != Status.NO_MEMORY) {
      readsAnswered++;
      readHits += status == Status.HIT && !question.made ? 1 : 0;
    } else if (status == Status.NUMBER && question.made) {
      numbersMade++;
    }
    switch (status) {
      case HIT, STORED, NUMBER -> tally.recordChecked();
      case MISS -> tally.missed();
      case NO_MEMORY -> tally.refused();
      default -> {
        // Nothing was shown.
      }
    }
  }

  private Moment now() {
    return new Moment(
        turn,
        clock.unixSeconds(),
        losses.counted(),
        losses.toOthers(),
        lastSequence,
        restoredTurn,
        settledTurn);
  }

  // ----------------------------------------------------------------- all keys at once

  /** Every item stored by now dies at {@code dueSeconds}, or at once if that is not to come. */
  public void flushedAll(long dueSeconds) {
    turn++;
    if (dueSeconds > clock.unixSeconds()) {
      flushDueSeconds = dueSeconds;
      return;
    }
    flushDueSeconds = 0;
    clear();
  }

  /** The clock has moved. */
  public void timePassed() {
    turn++;
    if (flushDueSeconds != 0 && flushDueSeconds <= clock.unixSeconds()) {
      lastDueSeconds = flushDueSeconds;
      flushDueSeconds = 0;
      clear();
    }
  }

  private void clear() {
    Moment now = now();
    keys.forEach(key -> key.cleared(now));
  }

  // ----------------------------------------------------------------- from process to process

  /** Whatever has been answered outlives the machine, if it does not do so anyway. */
  public void settledIf(boolean settles) {
    if (settles) {
      settled();
    }
  }

  /** Whatever has been answered outlives the machine. */
  public void settled() {
    settledTurn = turn;
    turn++;
  }

  /** The process has ended, and whatever it was asked and has not answered will not be answered. */
  public void ended(Survival survival) {
    turn++;
    Moment now = now();
    for (KeyHistory key : keys) {
      key.ended(survival, now);
    }
    underWayCount = 0;
    restoredTurn = Long.MAX_VALUE;
    answers.clear();
    readsAnswered = 0;
    readHits = 0;
    numbersMade = 0;
  }

  /** Whatever is held may be gone, for a reason that nobody counts. */
  public void mayBeGone() {
    keys.forEach(KeyHistory::mayBeGone);
  }

  /** Another process has begun, which looks for what the one before has left. */
  public void begun() {
    turn++;
    timePassed();
  }

  /** Another process has begun, and finds nothing. */
  public void begunEmpty() {
    turn++;
    flushDueSeconds = 0;
    lastSequence = 0;
    clear();
    restored();
  }

  /** Whatever has been left has been found. */
  public void restored() {
    turn++;
    restoredTurn = turn;
    turn++;
  }

  /** Whether what an earlier process has left is still being looked for. */
  public boolean isRestoring() {
    return restoredTurn == Long.MAX_VALUE;
  }

  /** Losses that the cache has counted. */
  public long lossesCounted() {
    return losses.counted();
  }

  /** Items that it may have taken for others. */
  public long collisionsCounted() {
    return losses.toOthers();
  }

  /** When the last delayed flush_all came due, unix seconds; 0 for none. */
  public long lastDueSeconds() {
    return lastDueSeconds;
  }

  /**
   * The keys that may hold one of several items, because the process has ended before what was
   * answered was settled. They may only be looked at until an answer tells which.
   */
  public List<Integer> vagueKeys() {
    List<Integer> vague = new ArrayList<>();
    for (int key = 0; key < keys.size(); key++) {
      if (isVague(key)) {
        vague.add(key);
      }
    }
    return vague;
  }

  /** Whether a key is one of the {@link #vagueKeys}. */
  public boolean isVague(int key) {
    return keys.get(key).isVague();
  }

  // ----------------------------------------------------------------- what is known

  /** What a key holds, unless the cache has forgotten it; null when it holds nothing. */
  public @Nullable Item item(int key) {
    return keys.get(key).item();
  }

  /** Questions that have not been answered. */
  public long underWayCount() {
    return underWayCount;
  }

  /** Questions on a key that have not been answered. */
  public int underWayCount(int key) {
    return keys.get(key).underWay().size();
  }

  /** How often an answer was this one. */
  public long answerCount(Status status) {
    return answers.getOrDefault(status, 0L);
  }

  /** Reads that found something or nothing. */
  public long readsAnswered() {
    return readsAnswered;
  }

  /** Reads that found an item that was there. */
  public long readHits() {
    return readHits;
  }

  /** Numbers that were made by counting what was not there. */
  public long numbersMade() {
    return numbersMade;
  }

  /** Items that were there, and then were not, though nobody had asked for that. */
  public long forgottenCount() {
    return forgottenCount;
  }

  /** The keys that hold something now, as far as anyone can know. */
  public List<Integer> keysHeld() {
    List<Integer> held = new ArrayList<>();
    for (int key = 0; key < keys.size(); key++) {
      Item item = keys.get(key).item();
      if (item != null && !item.isExpired(clock.unixSeconds())) {
        held.add(key);
      }
    }
    return held;
  }
}
