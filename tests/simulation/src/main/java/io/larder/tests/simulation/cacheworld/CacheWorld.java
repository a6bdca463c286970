package io.larder.tests.simulation.cacheworld;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.Status;
import io.larder.cache.model.Tunables;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.model.Durability;
import io.larder.engine.restart.Persistence;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateSnapshot;
import io.larder.engine.state.StateValue;
import io.larder.engine.stats.EngineCounter;
import io.larder.platform.device.Device;
import io.larder.platform.time.Clock;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import io.larder.tests.simulation.device.Fate;
import io.larder.tests.simulation.device.SimulatedDevice;
import io.larder.tests.simulation.device.SimulatedReadQueue;
import io.larder.tests.simulation.device.SimulatedStateStorage;
import io.larder.tests.simulation.device.StallingClock;
import io.larder.tests.simulation.model.Draws;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.oracle.Oracle;
import io.larder.tests.simulation.oracle.Question;
import io.larder.tests.simulation.oracle.Survival;
import java.io.IOException;
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
  private static final int WORK_AFTER_FILL = 60;
  private static final int RECORDS_WANTED = 30;
  private static final long SECONDS_OF_A_DAY = 86_400;

  private final CacheScenario scenario;
  private final Trace trace;
  private final Tally tally;
  private final Tampering tampering;
  private final SplittableRandom random;
  private final SplittableRandom stallRandom;
  private final ManualClock clock = new ManualClock();
  private final @Nullable Remains remains;
  private final Clock machineClock;
  private final Oracle oracle;
  private final Questions questions;
  private Life life;
  private long lossesBefore;
  private long collisionsBefore;

  /** The cache's time, unix seconds, does not begin before this. */
  private long secondsMin;

  /** A flush_all that a killed process has not confirmed. */
  private @Nullable Long flushUnconfirmed;

  private boolean mayBeVague;
  private boolean openWasKilled;
  private boolean isEmptied;
  private boolean isAlive;
  private boolean isClosed;
  private int stallDepth;
  private boolean othersRest;

  /** A process of the cache, and whoever asks it. */
  private record Life(
      ManualWork work,
      NamedWork namedWork,
      List<SimulatedDevice> devices,
      Cache cache,
      List<Asker> askers,
      CacheBooks books) {}

  /** Builds everything a scenario says. */
  public CacheWorld(CacheScenario scenario, Tally tally, Trace trace) {
    this(scenario, tally, trace, Tampering.NONE);
  }

  /** As above, with a cache that is tampered with. */
  public CacheWorld(CacheScenario scenario, Tally tally, Trace trace, Tampering tampering) {
    this(scenario, tally, trace, tampering, null);
  }

  /** As above, with a cache that may outlive its process. */
  CacheWorld(
      CacheScenario scenario,
      Tally tally,
      Trace trace,
      Tampering tampering,
      @Nullable Remains remains) {
    this.scenario = scenario;
    this.tally = tally;
    this.trace = trace;
    this.tampering = tampering;
    this.remains = remains;
    random = new SplittableRandom(~scenario.seed() * 17);
    stallRandom = random.split();
    machineClock = remains == null ? clock : remains.clock(clock);
    oracle =
        new Oracle(
            scenario.keyCount(),
            scenario.keyHash(),
            scenario.itemBytesMax(),
            !scenario.evicts(),
            new CountedLosses(),
            new CacheClock(),
            tally,
            trace);
    questions = new Questions(scenario, oracle, new CacheClock());
    oracle.settledIf(remains != null);
    othersRest = true;
    life = newLife();
    othersRest = false;
    isAlive = true;
    oracleHears();
  }

  private Life newLife() {
    ManualWork work = new ManualWork(clock, random.split(), ManualWork.DEFAULT_RUN_COUNT_MAX);
    NamedWork namedWork = new NamedWork(work);
    List<SimulatedDevice> devices = remains == null ? newDevices() : keptDevices(remains);
    StallingClock stalling =
        new StallingClock(
            machineClock,
            scenario.rates(),
            random.split(),
            () -> {
              if (namedWork.isFlushing()) {
                othersGoOn();
              }
            });
    Cache cache =
        remains == null
            ? Cache.open(
                scenario.config(),
                List.<Device>copyOf(devices),
                stalling,
                namedWork,
                scenario.keyHash())
            : open(remains, devices, stalling, namedWork);
    List<Asker> askers = new ArrayList<>();
    for (int i = 0; i < scenario.sessionCount(); i++) {
      askers.add(new Asker(i, cache, namedWork));
    }
    devices.forEach(SimulatedDevice::killsInReads);
    return new Life(
        work,
        namedWork,
        devices,
        cache,
        askers,
        new CacheBooks(cache, oracle, devices, askers.stream().map(asker -> asker.queue).toList()));
  }

  private List<SimulatedDevice> newDevices() {
    List<SimulatedDevice> devices = new ArrayList<>();
    FlashScenario flash = scenario.flash();
    if (flash != null) {
      for (long bytes : flash.deviceBytes()) {
        String name = "simulated-" + devices.size();
        MemoryDevice memory = new MemoryDevice(name, bytes, flash.blockBytes(), true);
        devices.add(device(memory, flash.pageBytes(), new Fate()));
      }
    }
    return devices;
  }

  private List<SimulatedDevice> keptDevices(Remains kept) {
    FlashScenario flash = flash();
    return kept.devices.stream()
        .map(each -> device(each.device(), flash.pageBytes(), kept.fate))
        .toList();
  }

  private FlashScenario flash() {
    FlashScenario flash = scenario.flash();
    if (flash == null) {
      throw new IllegalStateException("a cache without flash does not outlive its process");
    }
    return flash;
  }

  private SimulatedDevice device(MemoryDevice memory, int pageBytes, Fate fate) {
    SimulatedDevice device =
        new SimulatedDevice(
            memory, pageBytes, scenario.rates(), random.split(), tally, trace, fate);
    device.whileStalled(this::othersGoOn);
    // A large record is written from where it stands, and whoever changes it has that write
    // ignored.
    device.takesChangingBytes();
    return device;
  }

  private Cache open(
      Remains kept, List<SimulatedDevice> devices, Clock stalling, NamedWork namedWork) {
    SimulatedStateStorage storage =
        new SimulatedStateStorage(
            kept.storage,
            kept.fate,
            tampering.notes(),
            namedWork::innermost,
            kept::published,
            trace);
    boolean mustBeEmpty = kept.mustBeEmpty();
    boolean mayBeEmpty = mustBeEmpty || openWasKilled;
    openWasKilled = true;
    Persistence persistence =
        Persistence.read(storage, kept.bootId, kept.durability).rewritingFrom(kept.rewriteNotesMin);
    SavedState saved = persistence.saved();
    // A process that is killed while it begins may have emptied the flash for the one after.
    isEmptied |= !saved.isUsable();
    secondsMin = saved.isUsable() ? saved.value(StateValue.CLOCK_SECONDS) : 0;
    kept.storeNumber++;
    FlashScenario flash =
        flash()
            .with(
                kept.devices.stream().map(each -> each.device().sizeBytes()).toList(),
                kept.devices.stream().map(Remains.Kept::freeBucket).toList());
    Cache cache;
    try {
      cache =
          Cache.open(
              scenario.config(flash.config(scenario.seed(), kept.storeNumber)),
              List.<Device>copyOf(devices),
              stalling,
              namedWork,
              persistence,
              _ -> scenario.keyHash());
    } catch (IOException e) {
      throw new SimulationFailure("a state file that can be removed could not be begun: " + e);
    }
    openWasKilled = false;
    boolean isEmpty = !cache.whyEmpty().isEmpty();
    if (isEmpty != mustBeEmpty && !mayBeEmpty) {
      throw new SimulationFailure(
          mustBeEmpty ? "flash that must not be trusted lives on" : "empty: " + cache.whyEmpty());
    }
    long seconds = cache.nowSeconds();
    if (seconds != Math.max(secondsMin, machineClock.unixSeconds())) {
      throw new SimulationFailure("it is " + seconds + ", and not " + machineClock.unixSeconds());
    }
    return cache;
  }

  /** The oracle hears of a process that has begun. */
  private void oracleHears() {
    if (remains == null) {
      return;
    }
    if (isEmptied) {
      isEmptied = false;
      oracle.begunEmpty();
    } else {
      oracle.begun();
    }
  }

  /** The time as the cache should see it: it does not begin before what was noted. */
  private final class CacheClock implements Clock {
    @Override
    public long unixSeconds() {
      return Math.max(secondsMin, machineClock.unixSeconds());
    }

    @Override
    public long nanos() {
      return machineClock.nanos();
    }
  }

  /** What the cache says that it has lost, in all its processes. */
  private final class CountedLosses implements Oracle.Losses {
    @Override
    public long counted() {
      if (!isAlive) {
        return lossesBefore;
      }
      Cache cache = life.cache;
      RestoreSnapshot restore = restoreNow();
      return lossesBefore
          + cache.get(CacheCounter.EVICTED_FROM_RAM)
          + cache.get(CacheCounter.DEMOTE_DROPPED)
          + cache.get(CacheCounter.EVICTED_FROM_FLASH)
          + cache.get(CacheCounter.LOST_WITH_PAGE)
          + cache.get(CacheCounter.CHECKSUM_FAILURES)
          + cache.get(CacheCounter.FLASH_READ_FAILURES)
          + (restore == null ? 0 : lostInRestore(restore));
    }

    /** Pages do not say how many records they have had. */
    private long lostInRestore(RestoreSnapshot restore) {
      return restore.noRoomCount()
          + 2 * restore.twiceCount()
          + (restore.missingPageCount() + restore.lostPageCount() + restore.scannedPageCount())
              * scenario.keyCount();
    }

    @Override
    public long toOthers() {
      if (!isAlive) {
        return collisionsBefore;
      }
      RestoreSnapshot restore = restoreNow();
      return collisionsBefore
          + life.cache.get(CacheCounter.SLOTS_TAKEN_UNREAD)
          + (restore == null ? 0 : restore.changedCount());
    }

    /** The cache asks for the time to tell; nothing is to happen while the books are read. */
    private @Nullable RestoreSnapshot restoreNow() {
      boolean rested = othersRest;
      othersRest = true;
      RestoreSnapshot restore = life.cache.restore();
      othersRest = rested;
      return restore;
    }
  }

  /** A session, its reads, and what it has put off. */
  private final class Asker {
    final int number;
    final SimulatedReadQueue queue;
    final Deque<Runnable> tasks = new ArrayDeque<>();
    final List<Question> underWay = new ArrayList<>();
    private final Cache cache;
    private final NamedWork namedWork;
    private CacheSession session;
    private RequestExecutor door;
    private boolean closed;

    Asker(int number, Cache cache, NamedWork namedWork) {
      this.number = number;
      this.cache = cache;
      this.namedWork = namedWork;
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
      settle();
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
      settle();
      return true;
    }

    void completeRead() {
      namedWork.inSession(queue::completeOne);
      spoilAnswered();
      settle();
    }

    boolean completeOldestRead() {
      boolean completed = namedWork.inSession(queue::completeOldest);
      spoilAnswered();
      return completed;
    }

    /** What it has answered may leave, but only when it outlives whatever it is to outlive. */
    private void settle() {
      if (remains == null || (settles() && random.nextInt(10) == 0)) {
        return;
      }
      session.settle();
      oracle.settled();
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
        session.close();
        session = cache.newSession(queue, tasks::add);
        door = tampering.over(session);
      }
    }

    int pendingCount() {
      return session.pendingCount();
    }

    void close() {
      if (!closed) {
        closed = true;
        session.close();
      }
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
    lookForEndOfRestore();
    switch (operation) {
      case ASK -> askAnything(anyAsker(from), from);
      case BURST -> burst(from);
      case FILL -> fill(anyAsker(from), from);
      case READ_OFTEN -> readOften(anyAsker(from), from);
      case COMPLETE_READ -> anyAsker(from).completeRead();
      case TASK -> anyAsker(from).doTask();
      case WORK -> life.work.runOne();
      case TIME -> pass(from.nextLong(30_000_000));
      case CLOCK_JUMP -> jump(from);
      case FLUSH_ALL -> flushAll(from);
      case REPLACE_SESSION -> anyAsker(from).replaceSession();
      case RESIZE_RAM -> resizeRam(from);
      case TUNE -> tune(from);
      case AGE -> life.devices.forEach(SimulatedDevice::age);
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
    return !oracle.isVague(key)
        && oracle.underWayCount() < UNDER_WAY_MAX
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

  /** A flush_all, at once or due later. */
  void flushAll(SplittableRandom from) {
    long due = from.nextBoolean() ? 0 : clock.unixSeconds() + from.nextInt(30);
    flushAll(due);
  }

  private void flushAll(long dueSeconds) {
    flushUnconfirmed = dueSeconds;
    // What was asked while it waits for a note would be answered before the oracle hears of it.
    boolean rested = othersRest;
    othersRest = true;
    if (tampering.passesFlushAll()) {
      life.cache.flushAll(dueSeconds);
    }
    if (settles()) {
      life.askers.getFirst().session.settle();
    }
    othersRest = rested;
    oracle.flushedAll(dueSeconds);
    oracle.settledIf(remains != null);
    flushUnconfirmed = null;
  }

  /** Up to twice what it began with; the cache may say that it cannot. */
  private void resizeRam(SplittableRandom from) {
    long bytes = CacheConfig.RAM_BYTES_MIN / 2 + from.nextLong(2 * scenario.ramBytes());
    boolean taken = life.cache.resizeRam(bytes);
    trace.note("resized", bytes, taken ? 1 : 0, 0);
  }

  private void tune(SplittableRandom from) {
    Tunables tunables = life.cache.tunables();
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
    if (!life.devices.isEmpty()) {
      life.devices.get(from.nextInt(life.devices.size())).ail(kind);
    }
  }

  private Asker anyAsker(SplittableRandom from) {
    return life.askers.get(from.nextInt(life.askers.size()));
  }

  // ---------------------------------------------------------------- checking

  /** Compares all books that must agree at any moment. */
  public void check() {
    life.books.check();
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
    // A flush_all that has come due is carried out by the first that asks for anything.
    rest();
    checkAtRest();
    life.devices.forEach(SimulatedDevice::mend);
    flushAll(0);
    readBack();
    rest();
    checkAtRest();
    life.books.checkThatAllIsGone();
    writeAgain();
    checkAtRest();
    tallyUp();
    tally.forgotten(oracle.forgottenCount());
    trace.note("end", tally.answerCount(), oracle.forgottenCount(), tally.operationCount());
  }

  private void tallyUp() {
    for (CacheCounter counter : CacheCounter.values()) {
      tally.counted(counter, life.cache.get(counter));
    }
    for (EngineCounter counter : EngineCounter.values()) {
      tally.counted(counter, life.cache.get(counter));
    }
    tally.recordsWritten(life.cache.get(EngineCounter.RECORDS_WRITTEN));
    tally.pagesReclaimed(life.cache.get(EngineCounter.PAGE_RECLAIMS));
    tally.devicesLost(devicesLost());
    RestoreSnapshot restore = life.cache.restore();
    StateSnapshot state = life.cache.state();
    tally.stateRewrites(state == null ? 0 : state.rewrites());
    tally.restored(restore == null ? 0 : restore.recordCount());
    tally.damageFound(life.cache.get(CacheCounter.CHECKSUM_FAILURES));
  }

  /** Compares all books that must agree when everything rests. */
  void checkAtRest() {
    life.books.checkAtRest(life.askers.stream().mapToLong(Asker::pendingCount).sum());
    tally.bookCheck();
  }

  private long devicesLost() {
    StoreSnapshot flash = life.cache.snapshot().flash();
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
      life.askers.forEach(CacheWorld::goOn);
      life.work.advance(Duration.ofMillis(20));
      oracle.timePassed();
      lookForEndOfRestore();
      unrest = unrest();
    }
    othersRest = false;
  }

  /** Why there is no rest yet; null when there is. */
  private @Nullable String unrest() {
    if (oracle.underWayCount() > 0) {
      return "never answered: "
          + life.askers.stream().flatMap(asker -> asker.underWay.stream()).limit(10).toList();
    }
    return life.books.unrest();
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
  void readBack() {
    for (int key = 0; key < scenario.keyCount(); key++) {
      Asker asker = life.askers.get(key % life.askers.size());
      askAndWait(asker, questions.look(asker.number, key));
    }
  }

  private void askAndWait(Asker asker, Question question) {
    othersRest = true;
    asker.ask(question);
    for (int i = 0; question.status() == null; i++) {
      if (i == RESTS_MAX) {
        throw new SimulationFailure("never answered: " + question);
      }
      life.askers.forEach(CacheWorld::goOn);
      if (question.status() == null) {
        life.work.advance(Duration.ofMillis(20));
        oracle.timePassed();
        lookForEndOfRestore();
      }
    }
    othersRest = false;
  }

  /** An empty cache takes items again. */
  private void writeAgain() {
    int count = Math.min(scenario.keyCount(), KEYS_WRITTEN_AGAIN_MAX);
    for (int key = 0; key < count; key++) {
      Question set = questions.set(0, key, 100, random);
      askAndWait(life.askers.getFirst(), set);
      if (scenario.evicts() && set.status() != Status.STORED) {
        throw new SimulationFailure("an empty cache does not take items: " + set);
      }
    }
    rest();
    for (int key = 0; key < count; key++) {
      askAndWait(life.askers.getLast(), questions.look(life.askers.size() - 1, key));
    }
    rest();
  }

  // ------------------------------------------------------------------- parts

  /** The cache, for whoever wants to spoil it. */
  public Cache cache() {
    return life.cache;
  }

  public Oracle oracle() {
    return oracle;
  }

  public List<SimulatedDevice> devices() {
    return List.copyOf(life.devices);
  }

  // ------------------------------------------------------------------- from process to process

  private boolean settles() {
    return remains != null && remains.durability == Durability.POWER;
  }

  private void lookForEndOfRestore() {
    Remains kept = remains;
    if (kept == null) {
      return;
    }
    kept.fate.requireAlive();
    if (oracle.isRestoring()) {
      RestoreSnapshot restore = life.cache.restore();
      if (restore == null || restore.running()) {
        return;
      }
      oracle.restored();
      trace.note("restored", restore.recordCount(), restore.tombstoneCount(), 0);
    }
  }

  /** Asks for what the end of a process has left in doubt, once everything has been found. */
  void lookAtVague() {
    if (mayBeVague && !oracle.isRestoring()) {
      for (int key : oracle.vagueKeys()) {
        askAndWait(life.askers.getFirst(), questions.look(0, key));
      }
      mayBeVague = !oracle.vagueKeys().isEmpty();
    }
  }

  /** Asks again for what was asked of a process that was killed. */
  void flushAgain() {
    Long due = flushUnconfirmed;
    if (due != null) {
      flushAll(due);
    }
  }

  /** Whether nobody knows if a flush_all was heard. */
  boolean isFlushUnconfirmed() {
    return flushUnconfirmed != null;
  }

  /** The process ends at this moment, without an order. */
  void killed(Survival survival) {
    trace.note("killed", survival.ordinal());
    oracle.ended(survival);
    mayBeVague |= survival != Survival.ALL;
  }

  /**
   * Stops the cache in order.
   *
   * @param patience how often it is given time to bring what it has to flash
   */
  void stop(int patience) {
    othersRest = true;
    for (int i = 0; oracle.underWayCount() > 0; i++) {
      if (i == RESTS_MAX) {
        throw new SimulationFailure("never answered: " + unrest());
      }
      life.askers.forEach(CacheWorld::goOn);
      life.work.advance(Duration.ofMillis(20));
      oracle.timePassed();
      lookForEndOfRestore();
    }
    life.askers.forEach(Asker::close);
    life.cache.beginStop();
    for (int i = 0; i < patience && !life.cache.hasStopped(); i++) {
      life.work.advance(Duration.ofMillis(20));
      oracle.timePassed();
      lookForEndOfRestore();
    }
    boolean hasStopped = life.cache.hasStopped();
    boolean isKept = life.cache.state() != null;
    trace.note("stopped", hasStopped ? 1 : 0);
    life.work.close();
    life.cache.close();
    isClosed = true;
    if (remains != null && isKept) {
      remains.endedCleanly();
    }
    boolean isAllThere = hasStopped && scenario.evicts();
    oracle.ended(isAllThere ? Survival.ALL : Survival.SETTLED);
    mayBeVague = true;
  }

  /** Stores items until some of them have gone to flash, or not for want of trying. */
  void fillUp(int fillsMax) {
    flushAgain();
    long before = life.cache.get(EngineCounter.RECORDS_WRITTEN);
    for (int i = 0; i < fillsMax; i++) {
      lookAtVague();
      perform(CacheOperation.FILL, random);
      for (int work = 0; work < WORK_AFTER_FILL; work++) {
        perform(work % 5 == 0 ? CacheOperation.TASK : CacheOperation.WORK, random);
      }
      if (life.cache.get(EngineCounter.RECORDS_WRITTEN) - before > RECORDS_WANTED) {
        return;
      }
    }
  }

  /** Nobody runs for some time. */
  void timePasses(long seconds) {
    clock.advanceSeconds(seconds);
  }

  /** Somebody sets the machine's clock back, but not before a flush_all that was seen to be due. */
  void setBack(long seconds) {
    Remains kept = remains;
    if (kept != null) {
      long now = machineClock.unixSeconds();
      long most = Math.max(0, now - Math.max(1, oracle.lastDueSeconds()));
      kept.setBackSeconds += Math.min(seconds, most);
    }
  }

  /** What was on a device that is not there any more is gone, and needs no reason. */
  void devicesChanged() {
    oracle.mayBeGone();
  }

  /** A process has ended; what it has had is given back, and what it has counted stays. */
  void bury() {
    tallyUp();
    long losses = oracle.lossesCounted();
    long collisions = oracle.collisionsCounted();
    lossesBefore = losses;
    collisionsBefore = collisions;
    isAlive = false;
    close();
  }

  /** Another process begins; it may be killed at once. */
  void begin() {
    stallDepth = 0;
    othersRest = true;
    life = newLife();
    othersRest = false;
    isAlive = true;
    isClosed = false;
    oracleHears();
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    life.work.close();
    try {
      for (Asker asker : life.askers) {
        if (isDead()) {
          asker.queue.close();
        }
        asker.close();
      }
      life.cache.close();
    } catch (RuntimeException e) {
      // In the middle of anything not everything can be given back.
      if (!isDead()) {
        throw e;
      }
    }
  }

  private boolean isDead() {
    return remains != null && remains.fate.hasStruck();
  }
}
