package io.larder.tests.conformance.crash;

import io.larder.tests.conformance.process.Stats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs rounds on one server and one set of items: load, an end, a new life, and every key read.
 *
 * <p><b>Threads.</b> One, beside those of the clients.
 */
final class CrashRun implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;
  private static final long FROZEN_MILLIS = 2000;
  private static final int PAGE_BITS = 200;
  private static final long REQUESTS_A_MILLI_MIN = 4;
  private static final long PATIENCE = 5;

  private final World world;
  private final Findings findings;
  private final Mortal server;
  private final Setup setup;
  private final SplittableRandom random;
  private final Consumer<String> progress;
  private final Lives lives = new Lives();
  private final Figures figures = new Figures();
  private final List<Thread> threads = new ArrayList<>();
  private final SmallFileSystem fullOnes;
  private Life life;
  private int lifeCount;
  private boolean tellsOfRestarts;

  /** The next start may find that what the server knew of the last life is gone. */
  private boolean losesState;

  /** What there was shortly before an end. */
  private record Before(long flashItems, long ramItems, long mayBeCount) {}

  /** Starts the server and the clients, and lets them store every item. */
  CrashRun(
      Mortal server,
      Setup setup,
      int itemCount,
      int clientCount,
      long seed,
      Findings findings,
      Consumer<String> progress)
      throws InterruptedException {
    this.server = server;
    this.setup = setup;
    this.findings = findings;
    this.progress = progress;
    this.world = new World(itemCount, clientCount, findings);
    this.random = new SplittableRandom(seed);
    this.fullOnes = new SmallFileSystem(setup.devices.getFirst().path().resolveSibling("small"));
    for (int number = 0; number < clientCount; number++) {
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("client-" + number)
              .start(new CrashClient(world, number, lives, seed)));
    }
    progress.accept("filling");
    life = begin(Life.Work.FILL);
    await(life.task());
    Stats stats = Stats.of(server.port());
    tellsOfRestarts = Figures.tellsOfRestarts(stats);
    life.rebuilt();
  }

  World world() {
    return world;
  }

  Figures figures() {
    return figures;
  }

  /** Whether the server can keep its flash at all. */
  boolean tellsOfRestarts() {
    return tellsOfRestarts;
  }

  // ------------------------------------------------------------------ lives

  private Life begin(Life.Work work) {
    long start = System.nanoTime();
    server.launch(setup.options());
    server.awaitAnswer();
    figures.answerSeconds.add((System.nanoTime() - start) / 1e9);
    figures.starts++;
    setup.isFresh = false;
    lifeCount++;
    if (lifeCount > 1 && (!tellsOfRestarts || (losesState && server.startedEmpty()))) {
      // Who has lost what he knew begins to count CAS uniques anew.
      world.tokens().forget();
    }
    losesState = false;
    world.tokens().lifeBegins(lifeCount);
    if (server.startedEmpty()) {
      figures.emptyStarts++;
      Moment now = Moment.now();
      world.flushes().forgetWaiting(now);
      for (int item = 0; item < world.itemCount(); item++) {
        world.history(item).emptied(now, lifeCount);
      }
    }
    Life begun = new Life(lifeCount, server.port(), world.clientCount(), work);
    lives.begin(begun);
    life = begun;
    return begun;
  }

  /** Waits until the process is gone and everybody knows. */
  private void over() throws InterruptedException {
    server.awaitEnd();
    life.isOver();
    life.awaitClientsGone();
  }

  private void await(Life.Task task) throws InterruptedException {
    if (!task.done().await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "clients had not done their " + task.work() + " in time; " + server.printed());
    }
    if (life.isBroken()) {
      throw new IllegalStateException(
          "the server has failed its clients: "
              + findings.unmet()
              + (server.isAlive() ? "; " : "; it has ended; ")
              + server.printed());
    }
  }

  /** Waits until the index is complete; the last statistics. */
  private Stats awaitRebuilt() throws InterruptedException {
    long start = System.nanoTime();
    Stats stats = Stats.of(server.port());
    while (Figures.isRebuilding(stats)) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IllegalStateException("the index is never complete: " + stats);
      }
      Thread.sleep(5);
      stats = Stats.of(server.port());
    }
    life.rebuilt();
    if (Figures.tellsOfRestarts(stats)) {
      figures.rebuildSeconds.add((System.nanoTime() - start) / 1e9);
      figures.rebuilt(stats);
    }
    return stats;
  }

  // ------------------------------------------------------------------ a round

  /** Runs one round; the clients are idle before and afterwards. */
  void run(CrashRound round) throws InterruptedException, IOException {
    if (!tellsOfRestarts && round.trouble().needsOptions()) {
      figures.notes.add("skipped: " + round.trouble().words());
      return;
    }
    if (round.trouble() == Trouble.STATE_FULL && !fullOnes.mount()) {
      figures.notes.add("skipped: " + round.trouble().words() + ": " + fullOnes.whyNot());
      return;
    }
    progress.accept(round.toString());
    prepare(round.trouble());
    load(round);
    Before before = end(round);
    boolean hadFlush = round.flushes();
    befall(round.trouble());
    Thread.sleep(round.downMillis());
    killWhileStarting(round.killsInRebuild());
    losesState = round.trouble().losesState();
    begin(round.loadsInRebuild() ? Life.Work.LOAD : Life.Work.WAIT);
    awaitRebuilt();
    boolean isEmpty = server.startedEmpty();
    Life.Task task = life.begin(Life.Work.SWEEP);
    await(task);
    figures.rounds++;
    if (round.trouble() != Trouble.NONE) {
      figures.troubles++;
    }
    judge(round, before, task.sweep(), isEmpty, hadFlush);
    leave(round.trouble());
  }

  private void load(CrashRound round) throws InterruptedException, IOException {
    life.begin(Life.Work.LOAD);
    if (!round.flushes() || world.flushes().isWaiting(Moment.now())) {
      loadFor(round.loadMillis());
      return;
    }
    long first = random.nextLong(round.loadMillis());
    loadFor(first);
    flush(round.flushDelaySeconds());
    loadFor(round.loadMillis() - first);
  }

  /**
   * Lets clients go on for a while; longer where a machine is so busy that next to nothing is done.
   */
  private void loadFor(long millis) throws InterruptedException {
    long enough = world.tally().requests.sum() + millis * REQUESTS_A_MILLI_MIN;
    Thread.sleep(millis);
    for (long more = 0; more < millis * PATIENCE && !life.isBroken(); more += 10) {
      if (world.tally().requests.sum() >= enough) {
        return;
      }
      Thread.sleep(10);
    }
  }

  private void flush(int delaySeconds) throws IOException {
    try (Connection connection = new Connection(server.port())) {
      Moment asked = Moment.now();
      connection.add(delaySeconds == 0 ? "flush_all\r\n" : "flush_all " + delaySeconds + "\r\n");
      connection.send();
      String answer = connection.line();
      Moment granted = Moment.now();
      if (!answer.equals("OK")) {
        findings.unmet("flush_all was answered with " + answer);
      } else if (delaySeconds == 0) {
        world.flushes().granted(asked, granted);
      } else {
        world.flushes().grantedLater(asked, granted, delaySeconds);
      }
      figures.flushes++;
    }
  }

  private Before before() {
    Stats stats = Stats.of(server.port());
    long mayBeCount = mayBeCount();
    return new Before(
        stats.number("larder_flash_items"), stats.number("larder_ram_items"), mayBeCount);
  }

  private long mayBeCount() {
    Moment now = Moment.now();
    long count = 0;
    for (int item = 0; item < world.itemCount(); item++) {
      count += world.history(item).mayBeThere(now) ? 1 : 0;
    }
    return count;
  }

  private Before end(CrashRound round) throws InterruptedException {
    if (round.end() == End.FROZEN_THEN_KILL) {
      freeze();
      server.signal("CONT");
      Thread.sleep(round.loadMillis() / 2);
    }
    if (life.isBroken() || !server.isAlive()) {
      throw new IllegalStateException(
          "the server has failed its clients: " + findings.unmet() + "; " + server.printed());
    }
    Before before = before();
    if (round.end() == End.KILLED_FROZEN) {
      freeze();
    }
    life.ends();
    server.signal(round.end().isClean() ? round.end().name() : "KILL");
    over();
    if (round.end().isClean()) {
      figures.cleanStops++;
    } else {
      figures.kills++;
    }
    return before;
  }

  private void freeze() throws InterruptedException {
    server.signal("STOP");
    Thread.sleep(FROZEN_MILLIS);
  }

  /** Starts and kills it again, before it answers or soon after. */
  private void killWhileStarting(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      double usualSeconds = Figures.median(figures.answerSeconds);
      if (random.nextInt(3) == 0) {
        server.launch(setup.options());
        Thread.sleep(random.nextLong(1 + (long) (usualSeconds * 1000)));
        server.signal("KILL");
        server.awaitEnd();
        figures.killsBeforeAnswer++;
      } else {
        begin(Life.Work.LOAD);
        // Most are killed within the first tenth of a second, some later.
        double drawn = random.nextDouble();
        Thread.sleep((long) (drawn * drawn * drawn * 500));
        if (Figures.isRebuilding(Stats.of(server.port()))) {
          figures.killsInRebuild++;
        } else {
          figures.kills++;
        }
        life.ends();
        server.signal("KILL");
        over();
      }
    }
  }

  private void judge(
      CrashRound round, Before before, Sweep sweep, boolean isEmpty, boolean hadFlush) {
    if (!tellsOfRestarts) {
      return;
    }
    Trouble.Then then = round.trouble().then();
    if (then == Trouble.Then.EMPTY && !isEmpty) {
      findings.unmet(round + ": flash should have started empty; " + server.printed());
    }
    if (then == Trouble.Then.NOTHING_SERVED && sweep.untouchedHits.sum() > 0) {
      findings.unmet(round + ": nothing should have been served; " + server.printed());
    }
    if (then == Trouble.Then.KEPT && isEmpty) {
      findings.unmet(round + ": flash should have been kept; " + server.printed());
    }
    if (isEmpty || hadFlush || before.mayBeCount() == 0 || round.trouble() != Trouble.NONE) {
      return;
    }
    // What expired meanwhile, or was changed since, is taken out of the sum.
    double share = (double) sweep.untouched.sum() / before.mayBeCount();
    if (round.end().isClean()) {
      figures.servedAfterStop.add(
          sweep.untouchedHits.sum() / (share * (before.flashItems() + before.ramItems())));
    } else if (before.flashItems() > 0) {
      figures.servedAfterKill.add(sweep.untouchedHits.sum() / (share * before.flashItems()));
    }
  }

  // ------------------------------------------------------------------ trouble

  /** What must be so before the load. */
  private void prepare(Trouble trouble) throws InterruptedException, IOException {
    if (trouble != Trouble.STATE_FULL) {
      return;
    }
    life.ends();
    server.signal("TERM");
    over();
    Files.deleteIfExists(setup.stateFile());
    setup.statePath = fullOnes.folder().resolve("state");
    losesState = true;
    begin(Life.Work.FILL);
    await(life.task());
    awaitRebuilt();
    fullOnes.fill();
  }

  /** What happens while the server is away. */
  private void befall(Trouble trouble) throws IOException {
    Setup.Device first = setup.devices.getFirst();
    if (!Files.exists(setup.stateFile()) && trouble.name().startsWith("STATE_")) {
      figures.notes.add(trouble.words() + ": there is no " + setup.stateFile().getFileName());
      return;
    }
    switch (trouble) {
      case NONE, STATE_FULL -> {}
      case STATE_CUT -> Damage.cut(setup.stateFile(), random);
      case STATE_BIT -> {
        long at = Damage.flip(setup.stateFile(), 1, random);
        figures.notes.add("flipped a bit of byte " + at + " of the state file");
      }
      case STATE_GONE -> Files.delete(setup.stateFile());
      case PAGE_BITS -> Damage.flipAnywhere(first.path(), PAGE_BITS, random);
      case FLASH_ZEROS -> Damage.zero(first.path());
      case FRESH -> setup.isFresh = true;
      case DEVICE_ADDED ->
          setup.devices.add(
              new Setup.Device(
                  first.path().resolveSibling(first.path().getFileName() + "-2"),
                  first.megabytes()));
      case DEVICES_IN_OTHER_ORDER -> {
        setup.statePath = setup.stateFile();
        setup.devices.add(setup.devices.removeFirst());
      }
      case DEVICES_SWAPPED -> Damage.swap(first.path(), setup.devices.getLast().path());
      case DEVICE_RESIZED -> {
        Setup.Device last = setup.devices.removeLast();
        setup.devices.add(new Setup.Device(last.path(), last.megabytes() / 2));
      }
      case DEVICE_REMOVED -> Files.delete(setup.devices.removeLast().path());
    }
  }

  /** What must not stay as it is. */
  private void leave(Trouble trouble) throws InterruptedException, IOException {
    if (trouble != Trouble.STATE_FULL) {
      return;
    }
    life.ends();
    server.signal("TERM");
    over();
    setup.statePath = null;
    Files.deleteIfExists(setup.stateFile());
    losesState = true;
    fullOnes.unmount();
    begin(Life.Work.FILL);
    await(life.task());
    awaitRebuilt();
  }

  @Override
  public void close() {
    if (server.isAlive()) {
      life.ends();
      server.signal("CONT");
      server.signal("KILL");
      server.awaitEnd();
    }
    life.isOver();
    lives.end();
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      }
      fullOnes.unmount();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
