package io.larder.tests.simulation.cacheworld;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.index.KeyHash;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.Status;
import io.larder.cache.model.Tunables;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.stats.EngineCounter;
import io.larder.platform.device.Device;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualWork;
import io.larder.tests.simulation.device.SimulatedDevice;
import io.larder.tests.simulation.device.SimulatedReadQueue;
import io.larder.tests.simulation.device.StallingClock;
import io.larder.tests.simulation.model.Draws;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.oracle.Oracle;
import io.larder.tests.simulation.oracle.Question;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One whole cache with its devices, its sessions, its clock and its work, and whatever happens to
 * them.
 *
 * <p>Life: {@link #operate} until there is enough, {@link #end} once, {@link #close}.
 *
 * <p><b>Threads.</b> One.
 */
public final class CacheWorld implements AutoCloseable {
  /*
   * One thread, and still interleaved. What a thread of the cache does in one go, a session between
   * two tasks, a step between two calls, happens in one go here too; whose turn it is comes from the
   * seed. And whenever a device keeps a step waiting, everybody else goes on from within that wait.
   * Sessions never wait for a device, so nobody finds one in the middle of something.
   */

  private static final int STALL_DEPTH_MAX = 2;
  private static final int UNDER_WAY_MAX = 200;
  private static final int UNDER_WAY_ON_A_KEY_MAX = 5;
  private static final int RESTS_MIN = 3;
  private static final int RESTS_MAX = 2000;
  private static final int KEYS_WRITTEN_AGAIN_MAX = 50;
  private static final long SECONDS_OF_A_DAY = 86_400;

  private final CacheScenario scenario;
  private final Trace trace;
  private final Tally tally;
  private final Tampering tampering;
  private final SplittableRandom random;
  private final SplittableRandom stallRandom;
  private final ManualClock clock = new ManualClock();
  private final ManualWork work;
  private final NamedWork namedWork;
  private final List<SimulatedDevice> devices = new ArrayList<>();
  private final Cache cache;
  private final Oracle oracle;
  private final Questions questions;
  private final CacheBooks books;
  private final List<Asker> askers = new ArrayList<>();
  private int stallDepth;
  private boolean othersRest;

  /** Builds everything a scenario says. */
  public CacheWorld(CacheScenario scenario, Tally tally, Trace trace) {
    this(scenario, tally, trace, Tampering.NONE);
  }

  /** As above, with a cache that is tampered with. */
  public CacheWorld(CacheScenario scenario, Tally tally, Trace trace, Tampering tampering) {
    this.scenario = scenario;
    this.tally = tally;
    this.trace = trace;
    this.tampering = tampering;
    random = new SplittableRandom(~scenario.seed() * 17);
    stallRandom = random.split();
    work = new ManualWork(clock, random.split(), ManualWork.DEFAULT_RUN_COUNT_MAX);
    namedWork = new NamedWork(work);
    FlashScenario flash = scenario.flash();
    if (flash != null) {
      for (long bytes : flash.deviceBytes()) {
        devices.add(newDevice(flash, bytes));
      }
    }
    StallingClock stalling =
        new StallingClock(clock, scenario.rates(), random.split(), this::othersGoOnBesideFlush);
    KeyHash hash = scenario.keyHash();
    cache = Cache.open(scenario.config(), List.<Device>copyOf(devices), stalling, namedWork, hash);
    oracle =
        new Oracle(
            scenario.keyCount(),
            hash,
            scenario.itemBytesMax(),
            !scenario.evicts(),
            new CountedLosses(cache),
            clock,
            tally,
            trace);
    questions = new Questions(scenario, oracle, clock);
    for (int i = 0; i < scenario.sessionCount(); i++) {
      askers.add(new Asker(i));
    }
    books =
        new CacheBooks(cache, oracle, devices, askers.stream().map(asker -> asker.queue).toList());
  }

  private SimulatedDevice newDevice(FlashScenario flash, long bytes) {
    SimulatedDevice device =
        new SimulatedDevice(
            "simulated-" + devices.size(),
            bytes,
            flash.blockBytes(),
            flash.pageBytes(),
            scenario.rates(),
            random.split(),
            tally,
            trace);
    device.whileStalled(this::othersGoOn);
    // A large record is written from where it stands, and whoever changes it has that write
    // ignored.
    device.takesChangingBytes();
    return device;
  }

  /** What the cache says that it has lost. */
  private record CountedLosses(Cache cache) implements Oracle.Losses {
    @Override
    public long counted() {
      return cache.get(CacheCounter.EVICTED_FROM_RAM)
          + cache.get(CacheCounter.DEMOTE_DROPPED)
          + cache.get(CacheCounter.EVICTED_FROM_FLASH)
          + cache.get(CacheCounter.LOST_WITH_PAGE)
          + cache.get(CacheCounter.CHECKSUM_FAILURES)
          + cache.get(CacheCounter.FLASH_READ_FAILURES);
    }

    @Override
    public long toOthers() {
      return cache.get(CacheCounter.SLOTS_TAKEN_UNREAD);
    }
  }

  /** A session, its reads, and what it has put off. */
  private final class Asker {
    final int number;
    final SimulatedReadQueue queue;
    final Deque<Runnable> tasks = new ArrayDeque<>();
    final List<Question> underWay = new ArrayList<>();
    private CacheSession session;
    private RequestExecutor door;

    Asker(int number) {
      this.number = number;
      this.queue = new SimulatedReadQueue(scenario.rates(), clock, random.split(), tally, trace);
      this.session = cache.newSession(queue, tasks::add);
      this.door = tampering.over(session);
    }

    void ask(Question question) {
      oracle.asked(question);
      boolean answered = namedWork.inSession(() -> door.execute(question));
      if (answered != (question.status() != null)) {
        throw new SimulationFailure(
            question + (answered ? " is said to be answered" : " is answered, and not said to be"));
      }
      if (answered) {
        question.spoil();
      } else {
        underWay.add(question);
      }
    }

    boolean doTask() {
      Runnable task = tasks.poll();
      if (task == null) {
        return false;
      }
      namedWork.inSession(() -> {
        task.run();
        return true;
      });
      spoilAnswered();
      return true;
    }

    void completeRead() {
      namedWork.inSession(queue::completeOne);
      spoilAnswered();
    }

    boolean completeOldestRead() {
      boolean completed = namedWork.inSession(queue::completeOldest);
      spoilAnswered();
      return completed;
    }

    private void spoilAnswered() {
      underWay.removeIf(question -> {
        if (question.status() != null) {
          question.spoil();
          return true;
        }
        return false;
      });
    }

    /** Ends the session and begins another, unless it has something left to do. */
    void replaceSession() {
      if (underWay.isEmpty() && tasks.isEmpty()) {
        close();
        session = cache.newSession(queue, tasks::add);
        door = tampering.over(session);
      }
    }

    int pendingCount() {
      return session.pendingCount();
    }

    void close() {
      session.close();
    }
  }

  // ----------------------------------------------------------- what happens

  /** Does {@code count} operations drawn from the seed. */
  public void operate(int count) {
    for (int i = 0; i < count; i++) {
      perform(draw(random), random);
    }
  }

  private CacheOperation draw(SplittableRandom from) {
    return Draws.byWeight(scenario.weights(), from);
  }

  private void othersGoOnBesideFlush() {
    if (namedWork.isFlushing()) {
      othersGoOn();
    }
  }

  private void othersGoOn() {
    if (othersRest || stallDepth == STALL_DEPTH_MAX) {
      return;
    }
    stallDepth++;
    int count = 1 + stallRandom.nextInt(12);
    for (int i = 0; i < count; i++) {
      perform(draw(stallRandom), stallRandom);
    }
    stallDepth--;
  }

  private void perform(CacheOperation operation, SplittableRandom from) {
    tally.operation();
    trace.note(operation.name(), stallDepth);
    switch (operation) {
      case ASK -> askAnything(anyAsker(from), from);
      case BURST -> burst(from);
      case FILL -> fill(anyAsker(from), from);
      case READ_OFTEN -> readOften(anyAsker(from), from);
      case COMPLETE_READ -> anyAsker(from).completeRead();
      case TASK -> anyAsker(from).doTask();
      case WORK -> work.runOne();
      case TIME -> pass(from.nextLong(30_000_000));
      case CLOCK_JUMP -> jump(from);
      case FLUSH_ALL -> flushAll(from);
      case REPLACE_SESSION -> anyAsker(from).replaceSession();
      case RESIZE_RAM -> resizeRam(from);
      case TUNE -> tune(from);
      case AGE -> devices.forEach(SimulatedDevice::age);
      case FILL_DEVICE -> ail(FaultKind.DEVICE_FULL, from);
      case KILL_DEVICE -> ail(FaultKind.DEVICE_DEAD, from);
      case CHECK -> check();
    }
  }

  private void askAnything(Asker asker, SplittableRandom from) {
    int key = anyKey(from);
    if (mayAsk(key)) {
      asker.ask(questions.any(asker.number, key, from));
    }
  }

  /** One key, so often that it may come back to RAM. */
  private void readOften(Asker asker, SplittableRandom from) {
    int key = anyKey(from);
    for (int i = from.nextInt(8); i >= 0 && mayAsk(key); i--) {
      asker.ask(questions.get(asker.number, key));
    }
  }

  private boolean mayAsk(int key) {
    return oracle.underWayCount() < UNDER_WAY_MAX
        && oracle.underWayCount(key) < UNDER_WAY_ON_A_KEY_MAX;
  }

  /** Half of all questions are about a few keys, so that they meet. */
  private int anyKey(SplittableRandom from) {
    int keyCount = scenario.keyCount();
    return from.nextInt(from.nextBoolean() ? Math.ceilDiv(keyCount, 20) : keyCount);
  }

  private void burst(SplittableRandom from) {
    for (int i = from.nextInt(scenario.burstMax()); i >= 0; i--) {
      askAnything(anyAsker(from), from);
    }
  }

  /** Items of one size, as many as half of the RAM has room for, or all the keys there are. */
  private void fill(Asker asker, SplittableRandom from) {
    int valueBytes = Draws.oneTo(scenario.valueBytesMax(), from) - 1;
    long count = Math.min(scenario.keyCount(), scenario.ramBytes() / 2 / (valueBytes + 60));
    int first = from.nextInt(scenario.keyCount());
    for (int i = 0; i < count; i++) {
      int key = (first + i) % scenario.keyCount();
      if (mayAsk(key)) {
        asker.ask(questions.set(asker.number, key, valueBytes, from));
      }
    }
  }

  private void pass(long nanos) {
    clock.advanceNanos(nanos);
    oracle.timePassed();
  }

  private void jump(SplittableRandom from) {
    if (scenario.rates().has(FaultKind.CLOCK_JUMP)) {
      clock.advanceSeconds(from.nextLong(SECONDS_OF_A_DAY));
      tally.fault(FaultKind.CLOCK_JUMP);
    } else {
      clock.advanceSeconds(from.nextLong(10));
    }
    oracle.timePassed();
  }

  private void flushAll(SplittableRandom from) {
    long due = from.nextBoolean() ? 0 : clock.unixSeconds() + from.nextInt(30);
    flushAll(due);
  }

  private void flushAll(long dueSeconds) {
    if (tampering.passesFlushAll()) {
      cache.flushAll(dueSeconds);
    }
    oracle.flushedAll(dueSeconds);
  }

  /** Up to twice what it began with; the cache may say that it cannot. */
  private void resizeRam(SplittableRandom from) {
    long bytes = CacheConfig.RAM_BYTES_MIN / 2 + from.nextLong(2 * scenario.ramBytes());
    boolean taken = cache.resizeRam(bytes);
    trace.note("resized", bytes, taken ? 1 : 0, 0);
  }

  private void tune(SplittableRandom from) {
    Tunables tunables = cache.tunables();
    switch (from.nextInt(10)) {
      case 0 -> tunables.setItemBytesMin(from.nextInt(2000));
      case 1 -> tunables.setItemAgeSeconds(from.nextInt(20));
      case 2 -> tunables.setLowTtlSeconds(from.nextInt(500));
      case 3 -> tunables.setLifeBandCountMax(1 + from.nextInt(6));
      case 4 -> tunables.setRecacheRate(from.nextInt(4));
      case 5 -> tunables.setCompactUnderPages(from.nextInt(20));
      case 6 -> tunables.setDropUnderPages(from.nextInt(20));
      case 7 -> tunables.setLiveShareMax(from.nextDouble());
      case 8 -> tunables.setDropsUnread(from.nextBoolean());
      default -> tunables.setMaxSleepMicros(from.nextInt(2_000_000));
    }
  }

  private void ail(FaultKind kind, SplittableRandom from) {
    if (!devices.isEmpty()) {
      devices.get(from.nextInt(devices.size())).ail(kind);
    }
  }

  private Asker anyAsker(SplittableRandom from) {
    return askers.get(from.nextInt(askers.size()));
  }

  // ---------------------------------------------------------------- checking

  /** Compares all books that must agree at any moment. */
  public void check() {
    books.check();
    tally.bookCheck();
  }

  /**
   * Ends the run: everything comes to rest, every key is read back, the devices are mended, all is
   * flushed, and the cache must work as on its first day.
   */
  public void end() {
    rest();
    checkAtRest();
    readBack();
    checkAtRest();
    devices.forEach(SimulatedDevice::mend);
    flushAll(0);
    readBack();
    rest();
    checkAtRest();
    books.checkThatAllIsGone();
    writeAgain();
    checkAtRest();
    for (CacheCounter counter : CacheCounter.values()) {
      tally.counted(counter, cache.get(counter));
    }
    for (EngineCounter counter : EngineCounter.values()) {
      tally.counted(counter, cache.get(counter));
    }
    tally.recordsWritten(cache.get(EngineCounter.RECORDS_WRITTEN));
    tally.pagesReclaimed(cache.get(EngineCounter.PAGE_RECLAIMS));
    tally.devicesLost(devicesLost());
    tally.forgotten(oracle.forgottenCount());
    tally.damageFound(cache.get(CacheCounter.CHECKSUM_FAILURES));
    trace.note("end", tally.answerCount(), oracle.forgottenCount(), tally.operationCount());
  }

  private void checkAtRest() {
    books.checkAtRest(askers.stream().mapToLong(Asker::pendingCount).sum());
    tally.bookCheck();
  }

  private long devicesLost() {
    StoreSnapshot flash = cache.snapshot().flash();
    return flash == null
        ? 0
        : flash.devices().stream().filter(StoreSnapshot.DeviceSnapshot::outOfService).count();
  }

  /** Lets everything that is under way end. */
  public void rest() {
    othersRest = true;
    String unrest = unrest();
    for (int i = 0; unrest != null || i < RESTS_MIN; i++) {
      if (i == RESTS_MAX) {
        throw new SimulationFailure("no rest, for ever: " + unrest);
      }
      askers.forEach(CacheWorld::goOn);
      work.advance(Duration.ofMillis(20));
      oracle.timePassed();
      unrest = unrest();
    }
    othersRest = false;
  }

  /** Why there is no rest yet; null when there is. */
  private @Nullable String unrest() {
    if (oracle.underWayCount() > 0) {
      return "never answered: "
          + askers.stream().flatMap(asker -> asker.underWay.stream()).limit(10).toList();
    }
    return books.unrest();
  }

  /** As much of a session's own work as there is now. */
  private static void goOn(Asker asker) {
    for (int tasks = asker.tasks.size(); tasks > 0; tasks--) {
      asker.doTask();
    }
    for (int reads = asker.queue.inFlightCount(); reads > 0; reads--) {
      asker.completeOldestRead();
    }
  }

  /** Asks for every key, of one session after the other. */
  private void readBack() {
    for (int key = 0; key < scenario.keyCount(); key++) {
      askAndWait(askers.get(key % askers.size()), questions.look(key % askers.size(), key));
    }
  }

  private void askAndWait(Asker asker, Question question) {
    othersRest = true;
    asker.ask(question);
    for (int i = 0; question.status() == null; i++) {
      if (i == RESTS_MAX) {
        throw new SimulationFailure("never answered: " + question);
      }
      askers.forEach(CacheWorld::goOn);
      if (question.status() == null) {
        work.advance(Duration.ofMillis(20));
        oracle.timePassed();
      }
    }
    othersRest = false;
  }

  /** An empty cache takes items again. */
  private void writeAgain() {
    int count = Math.min(scenario.keyCount(), KEYS_WRITTEN_AGAIN_MAX);
    for (int key = 0; key < count; key++) {
      Question set = questions.set(0, key, 100, random);
      askAndWait(askers.getFirst(), set);
      if (scenario.evicts() && set.status() != Status.STORED) {
        throw new SimulationFailure("an empty cache does not take items: " + set);
      }
    }
    rest();
    for (int key = 0; key < count; key++) {
      askAndWait(askers.getLast(), questions.look(askers.size() - 1, key));
    }
    rest();
  }

  // ------------------------------------------------------------------- parts

  /** The cache, for whoever wants to spoil it. */
  public Cache cache() {
    return cache;
  }

  public Oracle oracle() {
    return oracle;
  }

  public List<SimulatedDevice> devices() {
    return List.copyOf(devices);
  }

  @Override
  public void close() {
    work.close();
    askers.forEach(Asker::close);
    cache.close();
  }
}
