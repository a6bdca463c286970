package io.larder.tests.conformance.crash;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client that changes items of its own, reads everybody's, and knows at every moment which of its
 * requests have been answered.
 *
 * <p>It sends some requests at once and then reads their answers. When the server is killed it
 * waits until the process is gone, notes what was under way, and connects to the next one.
 *
 * <p><b>Threads.</b> Runs on a thread of its own.
 */
final class CrashClient implements Runnable {
  private static final int BATCH_MAX = 24;
  private static final int KEYS_AT_ONCE_MAX = 12;
  private static final int SWEPT_AT_ONCE = 64;
  private static final int UNSENT_BYTES_MAX = 32 * 1024;
  private static final int CHANGES_OF_A_KEY_MAX = 3;
  private static final int CONNECT_TRIES = 50;

  /** Seconds; some of them pass while the server is away. */
  private static final int[] LIVES = {0, 0, 0, 0, 0, 2, 4, 15, 300};

  private final World world;
  private final int number;
  private final Lives lives;
  private final SplittableRandom random;
  private final Deque<Asked> asked = new ArrayDeque<>();

  CrashClient(World world, int number, Lives lives, long seed) {
    this.world = world;
    this.number = number;
    this.lives = lives;
    this.random = new SplittableRandom(seed * 1000 + number);
  }

  /** A request that has been sent, or is about to be: a change, or reads. */
  private record Asked(
      Dialect dialect,
      @Nullable Change change,
      List<KeyHistory.Look> looks,
      List<String> keys,
      @Nullable Sweep sweep) {}

  @Override
  public void run() {
    try {
      Life life = lives.await(null);
      while (life != null) {
        serve(life);
        conclude(life.awaitOver());
        life.clientGone();
        life = lives.await(life);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      world.findings().unmet("client " + number + " has failed: " + e);
      throw e;
    }
  }

  private void serve(Life life) throws InterruptedException {
    try (Connection connection = connect(life)) {
      int done = -1;
      while (!life.isEnding()) {
        Life.Task task = life.task();
        if (task.number() == done || task.work() == Life.Work.WAIT) {
          Thread.sleep(1);
          continue;
        }
        switch (task.work()) {
          case LOAD -> load(connection, life);
          case FILL -> fill(connection, life);
          case SWEEP -> sweep(connection, life, task.sweep());
          case WAIT -> {}
        }
        if (task.work() != Life.Work.LOAD) {
          done = task.number();
          task.done().countDown();
        }
      }
    } catch (IOException e) {
      if (!life.isEnding()) {
        world.findings().unmet("client " + number + " lost its connection: " + e);
        life.breaks();
      }
    } catch (SurpriseException e) {
      world.findings().unmet("client " + number + " gave up: " + e.getMessage());
      life.breaks();
    }
  }

  private static Connection connect(Life life) throws IOException, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return new Connection(life.port());
      } catch (IOException e) {
        if (life.isEnding() || tries == CONNECT_TRIES) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  /** Nothing of what was asked in a life will be answered any more. */
  private void conclude(Moment over) {
    Set<KeyHistory> changed = new LinkedHashSet<>();
    for (Asked each : asked) {
      each.looks().forEach(look -> look.key().given(look));
      if (each.change() != null) {
        changed.add(world.history(each.change().item()));
        world.tally().changesLost.increment();
      }
    }
    asked.clear();
    changed.forEach(history -> history.lost(over));
  }

  // ------------------------------------------------------------------ batches

  private void load(Connection connection, Life life) throws IOException {
    int count = 1 + random.nextInt(BATCH_MAX);
    for (int i = 0; i < count && connection.unsentBytes() < UNSENT_BYTES_MAX; i++) {
      Dialect dialect = random.nextBoolean() ? Dialect.CLASSIC : Dialect.META;
      int what = random.nextInt(100);
      if (what < 42) {
        read(connection, dialect, life, what < 24 ? number : random.nextInt(world.clientCount()));
      } else {
        change(connection, dialect, life, what);
      }
    }
    finish(connection, life);
  }

  private void fill(Connection connection, Life life) throws IOException {
    for (int item = number; item < world.itemCount(); item += world.clientCount()) {
      ask(connection, Dialect.META, made(Change.Kind.SET, item, life, 0));
      if (connection.unsentBytes() > UNSENT_BYTES_MAX) {
        finish(connection, life);
      }
    }
    finish(connection, life);
  }

  private void sweep(Connection connection, Life life, Sweep sweep) throws IOException {
    List<Integer> items = new ArrayList<>(SWEPT_AT_ONCE);
    for (int item = number; item < world.itemCount(); item += world.clientCount()) {
      items.add(item);
      if (items.size() == SWEPT_AT_ONCE) {
        read(connection, Dialect.META, life, items, sweep);
        finish(connection, life);
        items.clear();
      }
    }
    if (!items.isEmpty()) {
      read(connection, Dialect.META, life, items, sweep);
      finish(connection, life);
    }
  }

  /** Sends what has been asked and reads all of the answers. */
  private void finish(Connection connection, Life life) throws IOException {
    connection.send();
    while (!asked.isEmpty()) {
      Asked next = asked.getFirst();
      Change change = next.change();
      if (change != null) {
        Result result = next.dialect().answer(connection, change);
        Moment now = Moment.now();
        asked.removeFirst();
        world.history(change.item()).answered(change, result.answer(), result.shown(), now);
        count(result);
      } else {
        next.dialect()
            .answers(connection, next.keys(), (at, shown) -> taken(next, at, shown, life));
        asked.removeFirst();
      }
      world.tally().requests.increment();
    }
  }

  private void count(Result result) {
    switch (result.answer()) {
      case DONE -> world.tally().changesGranted.increment();
      case REFUSED -> world.tally().changesRefused.increment();
      default -> {}
    }
  }

  private void taken(Asked question, int at, @Nullable Shown shown, Life life) {
    KeyHistory.Look look = question.looks().get(at);
    KeyHistory history = look.key();
    Moment now = Moment.now();
    Sweep sweep = question.sweep();
    if (sweep != null) {
      sweep.asked.increment();
      boolean isUntouched = !history.isChangedIn(life.number()) && history.mayBeThere(now);
      if (isUntouched) {
        sweep.untouched.increment();
      }
      if (shown != null) {
        sweep.hits.increment();
        if (isUntouched) {
          sweep.untouchedHits.increment();
        }
      }
    }
    if (shown == null) {
      history.missed(look, now);
      return;
    }
    world.tally().values.increment();
    if (life.isRebuilding()) {
      world.tally().valuesInRebuild.increment();
    }
    history.seen(look, shown, now);
  }

  // ------------------------------------------------------------------ requests

  /** An item of a client; low numbers are the popular ones. */
  private int item(int owner) {
    int owned = world.itemCount() / world.clientCount();
    double drawn = random.nextDouble();
    int at = (int) ((random.nextInt(3) == 0 ? drawn : drawn * drawn * drawn) * owned);
    return at * world.clientCount() + owner;
  }

  private void read(Connection connection, Dialect dialect, Life life, int owner) {
    Set<Integer> items = new LinkedHashSet<>();
    int count = 1 + random.nextInt(KEYS_AT_ONCE_MAX);
    for (int i = 0; i < count; i++) {
      items.add(item(owner));
    }
    read(connection, dialect, life, List.copyOf(items), null);
  }

  private void read(
      Connection connection,
      Dialect dialect,
      Life life,
      List<Integer> items,
      @Nullable Sweep sweep) {
    List<KeyHistory.Look> looks = new ArrayList<>(items.size());
    List<String> keys = new ArrayList<>(items.size());
    Moment now = Moment.now();
    for (int item : items) {
      boolean isOwn = item % world.clientCount() == number;
      looks.add(world.history(item).look(number, isOwn, life.number(), now));
      keys.add(world.key(item));
    }
    asked.add(new Asked(dialect, null, looks, keys, sweep));
    dialect.ask(connection, keys);
  }

  private void change(Connection connection, Dialect dialect, Life life, int what) {
    int item = item(number);
    KeyHistory history = world.history(item);
    if (history.underWayCount() >= CHANGES_OF_A_KEY_MAX) {
      return;
    }
    ask(connection, dialect, drawn(history, item, life, what));
  }

  private Change drawn(KeyHistory history, int item, Life life, int what) {
    if (what < 62 || history.isBlurred()) {
      return made(Change.Kind.SET, item, life, 0);
    }
    if (what < 80) {
      Change.Kind kind =
          what < 66
              ? Change.Kind.ADD
              : what < 69
                  ? Change.Kind.REPLACE
                  : World.isNumber(item)
                      ? Change.Kind.COUNT
                      : what < 76 ? Change.Kind.APPEND : Change.Kind.PREPEND;
      return made(kind, item, life, 0);
    }
    if (what < 87) {
      boolean isOld = random.nextInt(4) == 0;
      long token = isOld ? history.tokenBefore() : history.token();
      return token == 0
          ? made(Change.Kind.REPLACE, item, life, 0)
          : made(Change.Kind.CAS, item, life, token);
    }
    if (what < 94) {
      return made(what < 91 ? Change.Kind.TOUCH : Change.Kind.GET_AND_TOUCH, item, life, 0);
    }
    return made(Change.Kind.DELETE, item, life, 0);
  }

  private Change made(Change.Kind kind, int item, Life life, long token) {
    int bytes =
        switch (kind) {
          case APPEND, PREPEND -> 16 + random.nextInt(200);
          case COUNT, TOUCH, GET_AND_TOUCH, DELETE -> 0;
          default -> valueBytes();
        };
    Moment now = Moment.now();
    boolean hasLife = kind.isStore() || kind.isTouch();
    return new Change(
        kind,
        item,
        world.nextChange(),
        life.number(),
        number,
        bytes,
        World.isNumber(item),
        kind.isStore() ? random.nextInt(1 << 16) : 0,
        hasLife ? expiry(now) : 0,
        kind == Change.Kind.COUNT ? 1 + random.nextInt(9) : 0,
        token,
        now);
  }

  private long expiry(Moment now) {
    long life = LIVES[random.nextInt(LIVES.length)];
    return life != 0 && random.nextInt(4) == 0 ? now.seconds() + life : life;
  }

  /** Most values are small, most of the bytes are in large ones. */
  private int valueBytes() {
    // A large one goes alone: who writes much before he reads may wait for a server that waits for
    // him.
    int kind = random.nextInt(asked.isEmpty() ? 1000 : 999);
    if (kind < 700) {
      return 16 + random.nextInt(484);
    }
    if (kind < 970) {
      return 500 + random.nextInt(7_500);
    }
    if (kind < 999) {
      return 8_000 + random.nextInt(50_000);
    }
    return 200_000 + random.nextInt(500_000);
  }

  private void ask(Connection connection, Dialect dialect, Change change) {
    world.history(change.item()).asked(change);
    asked.add(new Asked(dialect, change, List.of(), List.of(), null));
    dialect.ask(connection, change, world.key(change.item()));
  }
}
