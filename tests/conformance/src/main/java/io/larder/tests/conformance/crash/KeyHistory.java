package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.tests.conformance.client.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one key may hold: every value that comes back must be explained by it.
 *
 * <p>One client changes the key, over one connection at a time; all may read it.
 *
 * <p><b>Threads.</b> Any.
 */
final class KeyHistory {
  /*
   * A cache may forget, so that nothing is there is always possible and never noted. What is noted
   * are the items that may be there. An answer leaves those that agree with it. Changes that are under
   * way when the server is killed leave a choice: none of them, the first, the first two, and so on, has
   * happened. The first answer that shows which ends the choice: what has been seen once is the state
   * from then on, and an older value that comes later is a wrong one.
   *
   * A miss ends no choice: while the server rebuilds its index it does not know everything yet.
   */

  private static final int EVENTS_KEPT = 24;
  private static final int BLURRED = 6;

  private final int item;
  private final World world;

  @GuardedBy("this")
  private List<Held> possible = List.of();

  @GuardedBy("this")
  private final Deque<Change> underWay = new ArrayDeque<>();

  @GuardedBy("this")
  private final List<Look> looks = new ArrayList<>();

  @GuardedBy("this")
  private final Deque<Event> events = new ArrayDeque<>();

  /** Grows whenever what may be there changes. */
  @GuardedBy("this")
  private long version;

  @GuardedBy("this")
  private long tokenBefore;

  /** The life of the server in which the key was changed last. */
  @GuardedBy("this")
  private int lifeChanged = -1;

  @GuardedBy("this")
  private int lifeMissed = -1;

  KeyHistory(int item, World world) {
    this.item = item;
    this.world = world;
  }

  /** One line of the history. */
  private record Event(Moment at, int life, Object what, Object answer) {
    @Override
    public String toString() {
      return "    %10.3f s, life %d: %s: %s"
          .formatted((at.nanos() - World.ORIGIN_NANOS) / 1e9, life, what, answer);
    }
  }

  /**
   * A read that is under way.
   *
   * <p>Its own client's changes are carried out in the order in which they were asked, so that such
   * a read can see one state only. Anybody else's may see all that there is between question and
   * answer.
   */
  static final class Look {
    private final KeyHistory key;
    private final Moment asked;
    private final int life;
    private final int client;
    private final boolean isOwn;
    private final List<Held> mayShow;
    private final long version;

    private Look(
        KeyHistory key,
        Moment asked,
        int life,
        int client,
        boolean isOwn,
        List<Held> mayShow,
        long version) {
      this.key = key;
      this.asked = asked;
      this.life = life;
      this.client = client;
      this.isOwn = isOwn;
      this.mayShow = mayShow;
      this.version = version;
    }

    KeyHistory key() {
      return key;
    }

    @Override
    public String toString() {
      return "read by client " + client;
    }
  }

  // ------------------------------------------------------------------ changes

  /** A change is about to be asked for. */
  synchronized void asked(Change change) {
    underWay.add(change);
    version++;
    lifeChanged = change.life();
    lifeMissed = -1;
    List<Held> all = all();
    for (Look look : looks) {
      if (!look.isOwn) {
        look.mayShow.addAll(all);
      }
    }
  }

  /** How many changes are under way. */
  synchronized int underWayCount() {
    return underWay.size();
  }

  /** Whether so much may be there that a plain set is due. */
  synchronized boolean isBlurred() {
    return possible.size() > BLURRED
        || possible.stream().anyMatch(held -> held.content.pieces().size() > BLURRED);
  }

  /** Whether something may be there for who asks now. */
  synchronized boolean mayBeThere(Moment now) {
    return !alive(possible, now).isEmpty() || !underWay.isEmpty();
  }

  /** Whether the key has been changed in a life of the server. */
  synchronized boolean isChangedIn(int life) {
    return lifeChanged == life;
  }

  /** The CAS unique of what is there, if it is known; else 0. */
  synchronized long token() {
    return possible.size() == 1 ? possible.getFirst().token : 0;
  }

  /** A CAS unique that the key had before; 0 if none is known. */
  synchronized long tokenBefore() {
    return tokenBefore;
  }

  /** Everything that may be there at some moment from now on, until the next question. */
  @GuardedBy("this")
  private List<Held> all() {
    List<Held> all = new ArrayList<>(possible);
    List<Held> now = possible;
    for (Change change : underWay) {
      now = processed(now, change, null);
      all.addAll(now);
    }
    return all;
  }

  /** What is there once everything that is under way has been done. */
  @GuardedBy("this")
  private List<Held> last() {
    List<Held> now = possible;
    for (Change change : underWay) {
      now = processed(now, change, null);
    }
    return now;
  }

  private static List<Held> processed(List<Held> before, Change change, @Nullable Moment over) {
    List<Held> after = change.done(before, over);
    if (!change.kind().isConditional()) {
      return after;
    }
    List<Held> either = new ArrayList<>(before);
    either.addAll(after);
    return either;
  }

  /** The oldest change under way was answered. */
  synchronized void answered(Change change, Answer answer, Shown shown, Moment over) {
    Change oldest = underWay.poll();
    if (oldest == null || oldest.number() != change.number()) {
      throw new IllegalStateException(change + " was answered before " + oldest);
    }
    version++;
    String said = answer + (shown.token() == 0 ? "" : ", cas " + shown.token());
    note(over, change.life(), change, said);
    String complaint = judge(change, answer, shown, over);
    if (complaint != null) {
      complain(complaint);
    }
  }

  /** Changes what may be there as an answer says; what is wrong with it, or null. */
  @GuardedBy("this")
  private @Nullable String judge(Change change, Answer answer, Shown shown, Moment over) {
    List<Held> alive = alive(possible, change.asked());
    return switch (answer) {
      case DONE -> done(change, alive, shown, over);
      case NOT_STORED ->
          change.kind() == Change.Kind.ADD && alive.isEmpty()
              ? change + " was refused, but nothing can be there: " + describe(change.asked())
              : null;
      case EXISTS ->
          alive.stream().allMatch(held -> held.token == change.token())
              ? change + " found another CAS unique, but " + describe(change.asked())
              : null;
      case NOT_FOUND -> {
        if (change.kind() == Change.Kind.DELETE) {
          become(List.of());
        }
        yield null;
      }
      case NOT_A_NUMBER -> change + " found no number, but " + describe(change.asked());
      case REFUSED -> null;
    };
  }

  @GuardedBy("this")
  private @Nullable String done(Change change, List<Held> alive, Shown shown, Moment over) {
    List<Held> base = alive;
    String complaint = null;
    boolean needsOne = change.kind() != Change.Kind.SET && change.kind() != Change.Kind.ADD;
    if (change.kind() == Change.Kind.CAS) {
      base =
          alive.stream().filter(held -> held.token == 0 || held.token == change.token()).toList();
    }
    if (needsOne && base.isEmpty()) {
      complaint = change + " was granted, but " + describe(change.asked());
    }
    List<Held> after = change.done(base, over);
    if (shown.value() != null) {
      List<Held> same =
          after.stream().filter(held -> held.content.isShownBy(shown.value())).toList();
      if (same.isEmpty() && complaint == null) {
        complaint = change + " showed " + tell(shown.value()) + ", but " + describe(change.asked());
      }
      after = same;
    }
    become(after);
    if (complaint == null && shown.token() != 0) {
      complaint = learn(shown.token());
    }
    return complaint;
  }

  @GuardedBy("this")
  private @Nullable String learn(long token) {
    String complaint = null;
    for (Held held : possible) {
      if (held.token != 0 && held.token != token) {
        complaint = "CAS unique " + token + " was shown, and " + held.token + " for the same item";
      } else {
        held.token = token;
        complaint = world.tokens().seen(token, held);
      }
    }
    return complaint;
  }

  @GuardedBy("this")
  private void become(List<Held> next) {
    if (possible.size() == 1 && possible.getFirst().token != 0) {
      tokenBefore = possible.getFirst().token;
    }
    possible = next;
  }

  /** The server has been killed, and what is under way will not be answered any more. */
  synchronized void lost(Moment over) {
    if (underWay.isEmpty()) {
      return;
    }
    List<Held> all = new ArrayList<>(possible);
    List<Held> now = possible;
    for (Change change : underWay) {
      note(over, change.life(), change, "no answer");
      now = processed(now, change, over);
      for (Held held : now) {
        if (!all.contains(held)) {
          all.add(held);
        }
      }
    }
    underWay.clear();
    version++;
    become(all);
  }

  /** The server says that it has nothing any more. */
  synchronized void emptied(Moment now, int life) {
    if (!possible.isEmpty()) {
      note(now, life, "start", "empty");
      version++;
      become(List.of());
    }
  }

  // ------------------------------------------------------------------ reads

  /** A read is about to be asked for. */
  synchronized Look look(int client, boolean isOwn, int life, Moment asked) {
    List<Held> mayShow = isOwn ? last() : all();
    Look look = new Look(this, asked, life, client, isOwn, new ArrayList<>(mayShow), version);
    looks.add(look);
    return look;
  }

  /** A read will not be answered any more. */
  synchronized void given(Look look) {
    looks.remove(look);
  }

  /** Nothing was there. */
  synchronized void missed(Look look, Moment answered) {
    looks.remove(look);
    if (isStill(look)) {
      lifeMissed = look.life;
    }
    note(answered, look.life, look, "a miss");
  }

  /** Something was there. */
  synchronized void seen(Look look, Shown shown, Moment answered) {
    looks.remove(look);
    List<Held> fitting = new ArrayList<>();
    for (Held held : look.mayShow) {
      if (fits(held, shown, look.asked) && !fitting.contains(held)) {
        fitting.add(held);
      }
    }
    note(answered, look.life, look, tell(shown.value()) + tail(shown));
    if (fitting.isEmpty()) {
      complain(
          look + " got " + tell(shown.value()) + tail(shown) + ", but " + explain(look, shown));
      return;
    }
    if (isStill(look)) {
      if (possible.size() != fitting.size()) {
        become(fitting);
      }
      if (lifeMissed == look.life) {
        lifeMissed = -1;
        world.tally().foundAfterMiss.increment();
      }
    }
    // Of several, nobody knows whose number it is.
    if (shown.token() != 0 && fitting.size() == 1) {
      Held held = fitting.getFirst();
      held.token = shown.token();
      String complaint = world.tokens().seen(shown.token(), held);
      if (complaint != null) {
        complain(look + " got " + tell(shown.value()) + ", but " + complaint);
      }
    }
  }

  /** Whether nothing can have changed since a read was asked for. */
  @GuardedBy("this")
  private boolean isStill(Look look) {
    return underWay.isEmpty() && version == look.version;
  }

  private boolean fits(Held held, Shown shown, Moment asked) {
    return (shown.token() == 0 || held.token == 0 || held.token == shown.token())
        && (shown.flags() < 0 || held.flags == shown.flags())
        && death(held, asked) == null
        && lastsLongEnough(held, shown.leftSeconds(), asked)
        && isShown(held, shown);
  }

  private static boolean isShown(Held held, Shown shown) {
    byte[] value = shown.value();
    return value == null || held.content.isShownBy(value);
  }

  /** Whether the time that an item has left, as the server says, is not longer than it may be. */
  private static boolean lastsLongEnough(Held held, long leftSeconds, Moment asked) {
    if (leftSeconds == Shown.NOT_SAID) {
      return true;
    }
    if (held.expirySeconds == Held.NEVER) {
      // While a touch is under way nobody knows.
      return leftSeconds < 0 || held.settled == null;
    }
    return leftSeconds >= 0 && leftSeconds <= held.expirySeconds - asked.seconds();
  }

  // ------------------------------------------------------------------ what is dead

  private List<Held> alive(List<Held> some, Moment asked) {
    List<Held> alive = new ArrayList<>(some.size());
    for (Held held : some) {
      if (death(held, asked) == null) {
        alive.add(held);
      }
    }
    return alive;
  }

  /** Why an item is not there for who asks at a moment; null if it may be. */
  private @Nullable String death(Held held, Moment asked) {
    if (held.expirySeconds <= asked.seconds()) {
      return "it expired at second "
          + held.expirySeconds
          + ", "
          + (asked.seconds() - held.expirySeconds)
          + " s before it was asked for";
    }
    return world.flushes().deathOf(held, asked);
  }

  // ------------------------------------------------------------------ words

  @GuardedBy("this")
  private void note(Moment at, int life, Object what, Object answer) {
    if (events.size() == EVENTS_KEPT) {
      events.poll();
    }
    events.add(new Event(at, life, what, answer));
  }

  @GuardedBy("this")
  private void complain(String what) {
    StringBuilder text = new StringBuilder("item " + item + " (" + world.key(item) + "): " + what);
    text.append("\n  its history, the last ").append(events.size()).append(" answers:");
    for (Event event : events) {
      text.append('\n').append(event);
    }
    for (Change change : underWay) {
      text.append("\n    under way: ").append(change);
    }
    world.findings().wrong(text.toString());
  }

  @GuardedBy("this")
  private String describe(Moment asked) {
    if (possible.isEmpty()) {
      return "nothing can be there";
    }
    List<String> each = new ArrayList<>();
    for (Held held : possible) {
      String death = death(held, asked);
      each.add(held + (death == null ? "" : " (" + death + ")"));
    }
    return "there may only be " + String.join(" or ", each);
  }

  @GuardedBy("this")
  private String explain(Look look, Shown shown) {
    for (Held held : look.mayShow) {
      if (isShown(held, shown)) {
        String death = death(held, look.asked);
        if (death != null) {
          return death;
        }
        if (!lastsLongEnough(held, shown.leftSeconds(), look.asked)) {
          return "it lasts until second "
              + held.expirySeconds
              + ", asked at second "
              + look.asked.seconds();
        }
        return "its flags are " + held.flags + " and its CAS unique " + held.token;
      }
    }
    List<String> each = new ArrayList<>();
    for (Held held : look.mayShow) {
      each.add(held.toString());
    }
    return each.isEmpty()
        ? "nothing can be there"
        : "there may only be " + String.join(" or ", each);
  }

  private static String tell(byte @Nullable [] value) {
    if (value == null) {
      return "an item";
    }
    String text = Values.describe(value);
    return value.length > 20 ? text : text + " \"" + new String(value, ISO_8859_1) + "\"";
  }

  private static String tail(Shown shown) {
    return (shown.token() == 0 ? "" : ", cas " + shown.token())
        + (shown.leftSeconds() < 0 ? "" : ", " + shown.leftSeconds() + " s left");
  }
}
