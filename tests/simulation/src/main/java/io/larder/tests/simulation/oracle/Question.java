package io.larder.tests.simulation.oracle;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request, and what the oracle must remember of it until it is answered.
 *
 * <p>Life: made, its fields set, {@link Oracle#asked}, given to a session, answered once, {@link
 * #spoil}.
 *
 * <p><b>Threads.</b> One.
 */
public final class Question extends Request {
  private static final byte SPOILT = (byte) 0xEE;

  private final Oracle oracle;
  private final int session;
  private final int key;
  private final byte[] sent;
  private final List<Question> before = new ArrayList<>();
  private long askedAt;
  private long askedSeconds;
  private long lossesWhenAsked;
  private long collisionsWhenAsked;

  /** When something asked later on its session and key took effect; never as yet. */
  private long overtakenAt = Long.MAX_VALUE;

  private boolean abandoned;
  private @Nullable Status status;

  /**
   * A request of a session on a key.
   *
   * @param value what a store sends; not to be changed
   */
  public Question(Oracle oracle, int session, int key, Verb verb, byte[] value) {
    this.oracle = oracle;
    this.session = session;
    this.key = key;
    this.sent = value;
    this.verb = verb;
    byte[] keyBytes = Oracle.keyBytes(key);
    keyMemory = MemorySegment.ofArray(keyBytes);
    keyLength = keyBytes.length;
    valueMemory = MemorySegment.ofArray(value.clone());
    valueLength = value.length;
  }

  @Override
  public void answered(Status answer, ItemView item) {
    if (!abandoned) {
      oracle.answered(this, answer, item);
    }
  }

  /** The process that was asked has ended; nobody hears what it may still have to say. */
  void abandon() {
    abandoned = true;
  }

  /** The key's number. */
  public int key() {
    return key;
  }

  int session() {
    return session;
  }

  byte[] sent() {
    return sent;
  }

  /** How it was answered; null as long as it is not. */
  public @Nullable Status status() {
    return status;
  }

  /** Whether the item counts as read after it. */
  boolean leavesTrace() {
    return verb == Verb.READ && !leavesNoTrace;
  }

  void asked(long turn, long seconds, long losses, long collisions, List<Question> underWay) {
    askedAt = turn;
    askedSeconds = seconds;
    lossesWhenAsked = losses;
    collisionsWhenAsked = collisions;
    for (Question each : underWay) {
      if (each.session == session) {
        before.add(each);
      }
    }
  }

  /** What its session was asked on its key before, and had not answered then. */
  List<Question> before() {
    return before;
  }

  long askedAt() {
    return askedAt;
  }

  long askedSeconds() {
    return askedSeconds;
  }

  long lossesWhenAsked() {
    return lossesWhenAsked;
  }

  long collisionsWhenAsked() {
    return collisionsWhenAsked;
  }

  void overtaken(long turn) {
    overtakenAt = Math.min(overtakenAt, turn);
  }

  long overtakenAt() {
    return overtakenAt;
  }

  void closed(Status answer) {
    status = answer;
  }

  /** Makes key and value useless, as the next request in their place would. */
  public void spoil() {
    keyMemory.fill(SPOILT);
    valueMemory.fill(SPOILT);
    before.clear();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(verb);
    switch (verb) {
      case READ -> {
        append(text, vivifies, " vivify until " + vivifyExpirySeconds);
        append(text, touches, " touch to " + expirySeconds);
        append(text, claimsStale, " claims");
        append(text, recaches, " recache under " + recacheBelowSeconds);
        append(text, leavesNoTrace, " without trace");
      }
      case STORE -> {
        text.append(' ').append(mode).append(' ').append(valueLength).append(" bytes");
        append(text, vivifies, " vivify");
        append(text, expirySeconds != 0, " until " + expirySeconds);
      }
      case DELETE -> append(text, clearsValue, " clears");
      case ARITHMETIC -> {
        text.append(decrements ? " -" : " +").append(Long.toUnsignedString(delta));
        append(text, vivifies, " vivify at " + Long.toUnsignedString(initialNumber));
      }
    }
    append(text, comparesCas, " if " + cas);
    append(text, invalidates, " invalidates");
    append(text, setsCas, " gives " + newCas);
    return text + " of key " + key + " by session " + session;
  }

  private static void append(StringBuilder text, boolean condition, String words) {
    if (condition) {
      text.append(words);
    }
  }
}
