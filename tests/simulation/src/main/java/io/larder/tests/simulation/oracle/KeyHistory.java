package io.larder.tests.simulation.oracle;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Status;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.oracle.Effect.Fetched;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one key has held, stretch by stretch, as far back as a read that is under way may look.
 *
 * <p><b>Threads.</b> One.
 */
final class KeyHistory {
  /*
   * A change takes effect at the moment of its answer: the cache answers in the same hold of its lock
   * in which it changes. So what a key holds is known at every moment, but for one thing: a cache may
   * forget. A read that only looks may have looked at any moment between question and answer: not
   * before the changes that had been answered when it was asked, and not behind those that its
   * session was asked for later.
   *
   * An item that is not found where it should be is gone from then on, and needs a reason: a counter
   * of losses that has grown since the item was last known to be there.
   *
   * What has outlived a process may be gone without a reason. Until the next one has found everything
   * it is not there yet, so that a read that misses tells nothing; but what is asked to change a key
   * and does not find an item says that there will be none.
   */

  private final int key;
  private final boolean meetsOthers;
  private final List<Stretch> stretches = new ArrayList<>();
  private final List<Question> underWay = new ArrayList<>();
  private long sequenceGiven;

  /** What the key may hold, or nothing, if it is not known any better; else empty. */
  private List<Item> vague = List.of();

  /** A key that holds nothing. */
  KeyHistory(int key, boolean meetsOthers) {
    this.key = key;
    this.meetsOthers = meetsOthers;
    stretches.add(new Stretch(null, 0, 0, 0, 0));
  }

  /** From one change of the key to the next. */
  private static final class Stretch {
    final @Nullable Item item;
    final long from;
    final long fromSeconds;
    long lossesWhenSeen;
    long collisionsWhenSeen;
    long to = Long.MAX_VALUE;

    /** It has outlived the process that made it. */
    boolean old;

    /** It may be gone, and needs no reason. */
    boolean maybeGone;

    /** A read may have marked it as read. */
    boolean maybeFetched;

    /** Who looked from here on finds it marked as read. */
    long fetchedFrom = Long.MAX_VALUE;

    Stretch(@Nullable Item item, long from, long fromSeconds, long losses, long collisions) {
      this.item = item;
      this.from = from;
      this.fromSeconds = fromSeconds;
      this.lossesWhenSeen = losses;
      this.collisionsWhenSeen = collisions;
    }

    boolean overlaps(long start, long end) {
      return from <= end && start <= to;
    }

    void seen(long losses, long collisions) {
      lossesWhenSeen = Math.max(lossesWhenSeen, losses);
      collisionsWhenSeen = Math.max(collisionsWhenSeen, collisions);
    }
  }

  private Stretch current() {
    return stretches.getLast();
  }

  /** What the key holds, as far as anyone can know. */
  @Nullable Item item() {
    return current().item;
  }

  /** The sequence that the last answer gave to an item; 0 if it gave none. */
  long sequenceGiven() {
    return sequenceGiven;
  }

  List<Question> underWay() {
    return underWay;
  }

  // ----------------------------------------------------------------- questions

  void asked(Question question) {
    underWay.add(question);
    if (question.leavesTrace()) {
      current().maybeFetched = true;
    }
  }

  /** Everything is gone, by order of a client or by expiry of all. */
  void cleared(Moment now) {
    vague = List.of();
    if (current().item != null) {
      change(null, now, false, Long.MAX_VALUE);
    }
  }

  private void change(@Nullable Item item, Moment now, boolean maybeFetched, long fetchedFrom) {
    current().to = now.turn();
    Stretch next = new Stretch(item, now.turn(), now.seconds(), now.losses(), now.collisions());
    next.maybeFetched =
        maybeFetched || meetsOthers || underWay.stream().anyMatch(Question::leavesTrace);
    next.fetchedFrom = fetchedFrom;
    stretches.add(next);
    forgetTheOld(now);
  }

  private void forgetTheOld(Moment now) {
    long oldest =
        underWay.stream().mapToLong(Question::askedAt).reduce(now.settledTurn(), Math::min);
    while (stretches.size() > 1 && stretches.getFirst().to < oldest) {
      stretches.removeFirst();
    }
  }

  /**
   * Judges an answer.
   *
   * @return the change of what is known: 1 if the answer tells that the cache has forgotten the
   *     item
   */
  int answered(Question question, Status status, ItemView view, Moment now, Serial serial) {
    sequenceGiven = 0;
    if (!underWay.remove(question)) {
      throw new SimulationFailure("answered twice, or never asked: " + question);
    }
    int forgotten;
    if (isVague()) {
      forgotten = lookAtVague(question, status, view, now);
    } else if (status == Status.NO_MEMORY) {
      requireTurn(question);
      forgotten = refused(question, now, serial);
      overtake(question, now);
    } else if (question.isPureRead() && !question.won) {
      forgotten = look(question, status, view, now, serial);
    } else {
      requireTurn(question);
      forgotten = act(question, status, view, now, serial);
      overtake(question, now);
    }
    question.closed(status);
    forgetTheOld(now);
    return forgotten;
  }

  // ----------------------------------------------------------------- from process to process

  /** The process has ended. */
  void ended(Survival survival, Moment now) {
    underWay.forEach(Question::abandon);
    underWay.clear();
    Stretch before = current();
    if (survival != Survival.ALL) {
      vague = unsettled(now);
    }
    stretches.clear();
    Item item = vague.isEmpty() ? before.item : null;
    Stretch next =
        new Stretch(
            // What time it was then counts no more: somebody may set the clock back.
            item, now.turn(), 0, before.lossesWhenSeen, before.collisionsWhenSeen);
    next.old = item != null;
    next.maybeGone = before.maybeGone || survival != Survival.ALL;
    next.maybeFetched = true;
    stretches.add(next);
  }

  /** Everything that may be there now; empty if that is the last item or nothing. */
  private List<Item> unsettled(Moment now) {
    Set<Item> possible = new LinkedHashSet<>(vague);
    for (Stretch stretch : stretches) {
      if (stretch.item != null && stretch.to > now.settledTurn()) {
        possible.add(stretch.item);
      }
    }
    Item last = current().item;
    boolean isKnown = possible.isEmpty() || (possible.size() == 1 && possible.contains(last));
    return isKnown ? List.of() : List.copyOf(possible);
  }

  /** What it holds may be gone, for a reason that nobody counts. */
  void mayBeGone() {
    current().maybeGone = true;
  }

  boolean isVague() {
    return !vague.isEmpty();
  }

  /** An answer about a key of which several items may be there. */
  private int lookAtVague(Question question, Status status, ItemView view, Moment now) {
    if (!question.isPureRead()) {
      throw new IllegalStateException("only to be looked at: " + question);
    }
    if (status == Status.HIT) {
      List<Item> shown =
          vague.stream()
              .filter(item -> item.cas() == view.cas() && item.isShownBy(view))
              .filter(item -> !item.isExpired(question.askedSeconds()))
              .toList();
      if (shown.isEmpty()) {
        throw new SimulationFailure(
            "%s was shown %s after the end of a process, and might have seen only %s"
                .formatted(question, Item.of(view), vague));
      }
      vague = List.of();
      change(shown.getFirst(), now, true, Long.MAX_VALUE);
      current().old = true;
      current().maybeGone = isInconclusive(question, now);
    } else if (!isInconclusive(question, now)) {
      vague = List.of();
    }
    return 0;
  }

  /** Whether it was asked when not everything that is there had been found. */
  private static boolean isInconclusive(Question question, Moment now) {
    return question.askedAt() < now.restoredTurn();
  }

  private void requireTurn(Question question) {
    for (Question earlier : question.before()) {
      if (earlier.status() == null && !earlier.isPureRead()) {
        throw new SimulationFailure(
            "took effect before what was asked first: " + question + " before " + earlier);
      }
    }
    if (question.overtakenAt() != Long.MAX_VALUE) {
      throw new SimulationFailure("took effect after what was asked later: " + question);
    }
  }

  private void overtake(Question question, Moment now) {
    for (Question earlier : question.before()) {
      if (earlier.status() == null) {
        earlier.overtaken(now.turn());
      }
    }
  }

  // ------------------------------------------------------------------ reads that only look

  private int look(Question question, Status status, ItemView view, Moment now, Serial serial) {
    long start = question.askedAt();
    long end = Math.min(now.turn(), question.overtakenAt());
    List<Stretch> possible = new ArrayList<>();
    for (Stretch stretch : stretches) {
      if (stretch.overlaps(start, end)) {
        possible.add(stretch);
      }
    }
    return switch (status) {
      case HIT -> {
        hit(question, view, possible, start, now);
        yield 0;
      }
      case MISS -> missed(question, possible, now);
      default -> throw failure("a read answered " + status, question, possible, serial, now);
    };
  }

  private void hit(
      Question question, ItemView view, List<Stretch> possible, long start, Moment now) {
    Stretch seen = null;
    for (Stretch stretch : possible) {
      Item item = stretch.item;
      if (item != null
          && item.cas() == view.cas()
          && item.isShownBy(view)
          && !item.isExpired(Math.max(question.askedSeconds(), stretch.fromSeconds))
          && !Serial.wins(question, item, now.seconds())
          && (!view.hitBefore() || stretch.maybeFetched)
          && (view.hitBefore() || Math.max(start, stretch.from) <= stretch.fetchedFrom)) {
        seen = stretch;
      }
    }
    if (seen == null) {
      throw new SimulationFailure(
          "%s was shown %s, hit before %s, and might have seen only %s"
              .formatted(question, Item.of(view), view.hitBefore(), describe(possible)));
    }
    if (possible.size() == 1) {
      seen.seen(question.lossesWhenAsked(), question.collisionsWhenAsked());
      seen.maybeGone &= isInconclusive(question, now);
      if (question.leavesTrace()) {
        seen.fetchedFrom = Math.min(seen.fetchedFrom, now.turn());
      }
    }
  }

  private int missed(Question question, List<Stretch> possible, Moment now) {
    boolean isExplained =
        possible.stream().anyMatch(each -> each.item == null || each.item.isExpired(now.seconds()));
    if (isInconclusive(question, now) && possible.stream().anyMatch(each -> each.old)) {
      if (isExplained && possible.size() == 1 && possible.getFirst() == current()) {
        // It was found expired, or not at all: it is not to be seen any more if it was.
        current().maybeGone = true;
      }
      return 0;
    }
    if (!isExplained && possible.stream().noneMatch(each -> mayBeLost(each, now))) {
      throw new SimulationFailure(
          question + " missed, and nothing has been lost: " + describe(possible));
    }
    if (possible.size() == 1 && possible.getFirst() == current() && current().item != null) {
      boolean needsReason = !isExplained && !current().maybeGone;
      change(null, now, false, Long.MAX_VALUE);
      return needsReason ? 1 : 0;
    }
    return 0;
  }

  private boolean mayBeLost(Stretch stretch, Moment now) {
    return stretch.maybeGone
        || now.losses() > stretch.lossesWhenSeen
        || (meetsOthers && now.collisions() > stretch.collisionsWhenSeen);
  }

  // ------------------------------------------------------------------ what changes something

  private int act(Question question, Status status, ItemView view, Moment now, Serial serial) {
    Stretch held = current();
    Item item = held.item;
    boolean isThere = item != null && !item.isExpired(now.seconds());
    if (isThere) {
      Effect effect = serial.effect(question, item, now.seconds());
      if (isIt(effect, question, status, view, held, now)) {
        Effect otherwise = serial.effect(question, null, now.seconds());
        if (!isIt(otherwise, question, status, view, null, now)) {
          // Only an item that is there is answered for like this.
          held.seen(now.losses(), now.collisions());
          held.maybeGone &= isInconclusive(question, now);
        }
        apply(effect, view, held, now);
        return 0;
      }
    }
    boolean isAbsent = !isThere || mayBeLost(held, now);
    boolean isNotFoundYet = held.old && isInconclusive(question, now);
    if (isAbsent || isNotFoundYet) {
      Effect effect = serial.effect(question, null, now.seconds());
      if (isIt(effect, question, status, view, null, now)) {
        boolean needsReason = isThere && !held.maybeGone && !isNotFoundYet;
        if (item != null) {
          change(null, now, false, Long.MAX_VALUE);
        }
        apply(effect, view, current(), now);
        return needsReason ? 1 : 0;
      }
    }
    throw failure("wrong answer " + shown(status, view), question, List.of(held), serial, now);
  }

  private static boolean isIt(
      Effect effect,
      Question question,
      Status status,
      ItemView view,
      @Nullable Stretch held,
      Moment now) {
    if (effect.status != status || !effect.agrees(question)) {
      return false;
    }
    Item shown = effect.shown;
    if (shown == null) {
      return true;
    }
    boolean isCas =
        effect.givesSequence
            ? Long.compareUnsigned(view.cas(), now.lastSequence()) > 0
            : view.cas() == shown.cas();
    return isCas
        && shown.isShownBy(view)
        && (status != Status.HIT || isHitBefore(effect, question, view, held, now));
  }

  private static boolean isHitBefore(
      Effect effect, Question question, ItemView view, @Nullable Stretch held, Moment now) {
    if (effect.made || held == null) {
      return !view.hitBefore();
    }
    // A read that only now turns out to change something has counted itself among the others.
    long looked = question.isPureRead() ? question.askedAt() : now.turn();
    return view.hitBefore() ? held.maybeFetched : looked <= held.fetchedFrom;
  }

  private void apply(Effect effect, ItemView view, Stretch held, Moment now) {
    Item after = effect.after;
    if (after == null) {
      if (held.item != null) {
        change(null, now, false, Long.MAX_VALUE);
      }
      return;
    }
    boolean isSame = after == held.item && effect.fetched != Fetched.SET;
    if (isSame) {
      return;
    }
    Item known = after;
    if (effect.givesSequence) {
      sequenceGiven = view.cas();
      known = after.withCas(sequenceGiven);
    }
    switch (effect.fetched) {
      case KEPT -> change(known, now, held.maybeFetched, held.fetchedFrom);
      case CLEARED -> change(known, now, false, Long.MAX_VALUE);
      case SET -> change(known, now, true, now.turn());
    }
  }

  private int refused(Question question, Moment now, Serial serial) {
    Stretch held = current();
    Item item = held.item;
    boolean isThere = item != null && !item.isExpired(now.seconds());
    boolean isNotFoundYet = held.old && isInconclusive(question, now);
    held.maybeGone |= isNotFoundYet;
    boolean may =
        (isThere && serial.mayRefuse(question, item, now.seconds()))
            || ((!isThere || mayBeLost(held, now))
                && serial.mayRefuse(question, null, now.seconds()));
    if (!may) {
      throw failure("refused for want of memory", question, List.of(held), serial, now);
    }
    if (item != null && Serial.losesWhenRefused(question)) {
      change(null, now, false, Long.MAX_VALUE);
    }
    return 0;
  }

  // ------------------------------------------------------------------ failures

  private SimulationFailure failure(
      String what, Question question, List<Stretch> possible, Serial serial, Moment now) {
    Item item = current().item;
    return new SimulationFailure(
        "%s to %s: held %s; with the item %s; without it %s; losses %d"
            .formatted(
                what,
                question,
                describe(possible),
                item == null ? "impossible" : serial.effect(question, item, now.seconds()),
                serial.effect(question, null, now.seconds()),
                now.losses()));
  }

  private static String shown(Status status, ItemView view) {
    return switch (status) {
      case HIT, STORED, NUMBER -> status + " " + Item.of(view);
      default -> status.toString();
    };
  }

  private static String describe(List<Stretch> possible) {
    StringBuilder text = new StringBuilder();
    for (Stretch stretch : possible) {
      text.append(stretch.item == null ? "nothing" : stretch.item)
          .append(" in turns ")
          .append(stretch.from)
          .append(stretch.to == Long.MAX_VALUE ? " on" : " to " + stretch.to)
          .append(stretch.maybeFetched ? ", perhaps read" : "")
          .append(stretch.fetchedFrom == Long.MAX_VALUE ? "" : ", read at " + stretch.fetchedFrom)
          .append("; ");
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return "key " + key + ": " + describe(stretches);
  }
}
