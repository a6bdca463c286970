package io.larder.tests.simulation.world;

import io.larder.engine.PageStore;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.read.PageRead;
import io.larder.engine.read.ReadBuffers;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.Reservation;
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
import io.larder.tests.simulation.owner.Held;
import io.larder.tests.simulation.owner.ModelOwner;
import io.larder.tests.simulation.owner.RecordFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One store with its devices, its owner, its clock and its work, and whatever happens to them.
 *
 * <p>Life: {@link #operate} until there is enough, {@link #end} once, {@link #close}.
 *
 * <p><b>Threads.</b> One.
 */
public final class World implements AutoCloseable {
  /*
   * One thread, and still interleaved: whenever a device stalls inside a blocking call, further
   * operations are done from within it, other steps included, as other threads would do while this
   * one waits. The engine holds no lock over a device call, so all of that is allowed to it.
   */

  private static final int STALL_DEPTH_MAX = 2;
  private static final int OPEN_RESERVATIONS_MAX = 4;
  private static final int DIRECT_MAX = 3;
  private static final int READS_MAX = 64;
  private static final int KEY_TRIES = 20;
  private static final int RESTS_MAX = 200;
  private static final long SECONDS_OF_A_DAY = 86_400;

  private final Scenario scenario;
  private final Trace trace;
  private final Tally tally;
  private final SplittableRandom random;
  private final SplittableRandom stallRandom;
  private final ManualClock clock = new ManualClock();
  private final ManualWork work;
  private final List<SimulatedDevice> devices = new ArrayList<>();
  private final PageStore store;
  private final ModelOwner owner;
  private final SimulatedReadQueue queue;
  private final ReadBuffers readBuffers;
  private final List<Bucket> buckets;
  private final Books books;
  private final List<Writing> writings = new ArrayList<>();
  private final List<Direct> directReserved = new ArrayList<>();
  private final List<Direct> directOnItsWay = new ArrayList<>();
  private final List<ModelRead> ended = new ArrayList<>();
  private long nextStamp = 1;
  private int stallDepth;
  private boolean othersRest;
  private int completionDepth;

  /** Builds everything a scenario says. */
  public World(Scenario scenario, Tally tally, Trace trace) {
    this.scenario = scenario;
    this.tally = tally;
    this.trace = trace;
    random = new SplittableRandom(~scenario.seed());
    stallRandom = random.split();
    work = new ManualWork(clock, random.split(), ManualWork.DEFAULT_RUN_COUNT_MAX);
    for (long bytes : scenario.deviceBytes()) {
      SimulatedDevice device =
          new SimulatedDevice(
              "simulated-" + devices.size(),
              bytes,
              scenario.blockBytes(),
              scenario.pageBytes(),
              scenario.rates(),
              random.split(),
              tally,
              trace);
      device.whileStalled(this::othersGoOn);
      devices.add(device);
    }
    PageStoreConfig config =
        new PageStoreConfig(
            scenario.pageBytes(),
            scenario.bufferBytes(),
            scenario.bufferCount(),
            new StoreIdentity(new UUID(1, scenario.seed()), scenario.seed()));
    StallingClock storeClock =
        new StallingClock(clock, scenario.rates(), random.split(), this::othersGoOn);
    store = PageStore.open(config, List.<Device>copyOf(devices), storeClock);
    buckets = List.of(Bucket.values()).subList(0, scenario.bucketCount());
    owner =
        new ModelOwner(
            store,
            scenario.keyCount(),
            scenario.rescuePercent(),
            buckets,
            scenario.limits(),
            clock,
            random.split(),
            tally,
            trace);
    queue = new SimulatedReadQueue(scenario.rates(), clock, random.split(), tally, trace);
    readBuffers = store.newReadBuffers();
    books = new Books(store, owner, devices, queue);
    store.start(work, owner, scenario.limits());
  }

  /** A record on its way into a page. */
  private record Writing(Reservation reservation, Held held) {}

  /** A large record on its way to its device. */
  private record Direct(DirectWrite write, Held held) {}

  /** One read, from its lease until it is given back. */
  private final class ModelRead extends PageRead {
    private final Held held;

    ModelRead(Held held) {
      super(readBuffers, store.readListener());
      this.held = held;
    }

    @Override
    protected void done(ReadOutcome outcome) {
      readDone(this, outcome);
    }
  }

  // ----------------------------------------------------------- what happens

  /** Does {@code count} operations drawn from the seed. */
  public void operate(int count) {
    for (int i = 0; i < count; i++) {
      perform(draw(random), random);
    }
  }

  private Operation draw(SplittableRandom from) {
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

  private void perform(Operation operation, SplittableRandom from) {
    tally.operation();
    trace.note(operation.name(), stallDepth);
    switch (operation) {
      case PUT -> put(from);
      case RESERVE -> reserve(from);
      case COMMIT -> commitAny(from);
      case ABANDON -> abandonAny(from);
      case RESERVE_DIRECT -> reserveDirect(from);
      case LAND_DIRECT -> landDirect();
      case READ -> read(anyHeldKey(from));
      case COMPLETE_READ -> completeRead();
      case RELEASE -> releaseAny(from);
      case FORGET -> owner.forget(anyHeldKey(from));
      case MAKE_TWIN -> owner.makeTwin(anyHeldKey(from));
      case FORGET_TWIN -> owner.forgetTwin();
      case RETURN_TWIN -> owner.returnTwin();
      case WORK -> work.runOne();
      case TIME -> clock.advanceNanos(from.nextLong(3_000_000));
      case CLOCK_JUMP -> jump(from);
      case EVICT -> store.requestEviction();
      case EVICT_SEALED -> owner.evictSealed();
      case FINISH -> store.finish();
      case AGE -> devices.forEach(SimulatedDevice::age);
      case FILL_DEVICE -> anyDevice(from).ail(FaultKind.DEVICE_FULL);
      case KILL_DEVICE -> anyDevice(from).ail(FaultKind.DEVICE_DEAD);
      case CHECK -> {
        if (completionDepth == 0) {
          check();
        }
      }
    }
  }

  /** While a completion stalls, the read is in neither of the books that are compared. */
  private void completeRead() {
    completionDepth++;
    queue.completeOne();
    completionDepth--;
  }

  private void jump(SplittableRandom from) {
    if (scenario.rates().has(FaultKind.CLOCK_JUMP)) {
      clock.advanceSeconds(from.nextLong(SECONDS_OF_A_DAY));
      tally.fault(FaultKind.CLOCK_JUMP);
    } else {
      clock.advanceSeconds(from.nextLong(10));
    }
  }

  /** A key that has an address, as far as a few tries find one. */
  private int anyHeldKey(SplittableRandom from) {
    int key = from.nextInt(scenario.keyCount());
    for (int i = 0; i < KEY_TRIES && owner.find(key) == null; i++) {
      key = from.nextInt(scenario.keyCount());
    }
    return key;
  }

  private SimulatedDevice anyDevice(SplittableRandom from) {
    return devices.get(from.nextInt(devices.size()));
  }

  // ----------------------------------------------------------------- writing

  private void put(SplittableRandom from) {
    for (int i = from.nextInt(scenario.burstMax()); i >= 0; i--) {
      if (reserve(from)) {
        commit(writings.removeLast());
      }
    }
  }

  private boolean reserve(SplittableRandom from) {
    if (writings.size() >= OPEN_RESERVATIONS_MAX) {
      return false;
    }
    int key = from.nextInt(scenario.keyCount());
    int length =
        RecordFormat.BYTES_MIN + from.nextInt(scenario.lengthMax() - RecordFormat.BYTES_MIN + 1);
    long expiry = from.nextInt(4) == 0 ? clock.unixSeconds() + 1 + from.nextInt(100_000) : 0;
    Bucket bucket = buckets.get(from.nextInt(buckets.size()));
    return reserve(bucket, key, length, length + from.nextInt(1000), expiry)
        == ReserveOutcome.RESERVED;
  }

  private ReserveOutcome reserve(
      Bucket bucket, int key, int lengthBytes, int countedBytes, long expirySeconds) {
    Reservation reservation = new Reservation();
    ReserveOutcome outcome =
        store.reserve(bucket, lengthBytes, ModelOwner.keyHash(key), reservation);
    trace.note("reserved", key, outcome.ordinal(), lengthBytes);
    if (outcome == ReserveOutcome.RESERVED) {
      Held held =
          new Held(
              key,
              nextStamp++,
              reservation.pageId(),
              reservation.pageVersion(),
              reservation.offsetUnits(),
              lengthBytes,
              countedBytes,
              expirySeconds);
      owner.reserved(held);
      writings.add(new Writing(reservation, held));
    }
    return outcome;
  }

  private void commitAny(SplittableRandom from) {
    if (!writings.isEmpty()) {
      commit(writings.remove(from.nextInt(writings.size())));
    } else if (!directReserved.isEmpty()) {
      commitDirect(directReserved.removeFirst());
    }
  }

  private void abandonAny(SplittableRandom from) {
    if (!writings.isEmpty()) {
      Writing writing = writings.remove(from.nextInt(writings.size()));
      Held held = writing.held();
      RecordFormat.write(
          writing.reservation().memory(), writing.reservation().memoryOffset(), held);
      noteAbandoned(held);
      store.abandon(writing.reservation(), from.nextInt(held.lengthBytes() + 1));
    } else if (!directReserved.isEmpty()) {
      Direct direct = directReserved.removeFirst();
      noteAbandoned(direct.held());
      store.abandonDirect(direct.write(), from.nextInt(PageGeometry.BLOCK_BYTES + 1));
      directOnItsWay.add(direct);
    }
  }

  /** The directory of a page that has failed may be on its way already, and keeps its entry. */
  private void noteAbandoned(Held held) {
    trace.note("abandoned", held.pageId(), held.version(), held.offsetUnits());
    if (store.page(held.pageId()).isOpenIn(held.version())) {
      owner.abandoned(held);
    }
  }

  private void commit(Writing writing) {
    Held held = writing.held();
    Reservation reservation = writing.reservation();
    RecordFormat.write(reservation.memory(), reservation.memoryOffset(), held);
    Page page = store.page(held.pageId());
    boolean open = page.state() == PageState.OPEN && page.version() == held.version();
    boolean counted = store.commit(reservation, held.countedBytes(), held.expirySeconds());
    trace.note("committed", held.pageId(), held.version(), held.offsetUnits());
    if (counted != open) {
      throw new SimulationFailure(held + (open ? " was refused by " : " was taken by ") + page);
    }
    if (counted) {
      owner.committed(held);
    }
  }

  // ----------------------------------------------------------- writing directly

  private void reserveDirect(SplittableRandom from) {
    int lengthMin = store.directRecordBytesMin();
    int lengthMax = store.recordBytesMax();
    if (lengthMin > lengthMax || directReserved.size() + directOnItsWay.size() >= DIRECT_MAX) {
      return;
    }
    int key = from.nextInt(scenario.keyCount());
    int length = lengthMin - 1 + Draws.oneTo(lengthMax - lengthMin + 1, from);
    Bucket bucket = buckets.get(from.nextInt(buckets.size()));
    MemorySegment memory =
        Arena.ofAuto().allocate(PageGeometry.blocks(length), PageGeometry.BLOCK_BYTES);
    Held unplaced = new Held(key, nextStamp++, 0, 0, 0, length, length, 0);
    RecordFormat.write(memory, 0, unplaced);
    DirectWrite write = new DirectWrite();
    write.from(memory, length);
    ReserveOutcome outcome = store.reserveDirect(bucket, ModelOwner.keyHash(key), write);
    trace.note("reserved directly", key, outcome.ordinal(), length);
    if (outcome != ReserveOutcome.RESERVED) {
      write.close();
      return;
    }
    Held held = unplaced.movedTo(write.pageId(), write.pageVersion(), write.offsetUnits());
    // Only the header changes with the place, and only the copy of the first block is to have it.
    MemorySegment placed = Arena.ofAuto().allocate(memory.byteSize());
    RecordFormat.write(placed, 0, held);
    write.firstBlock().copyFrom(placed.asSlice(0, PageGeometry.BLOCK_BYTES));
    owner.reserved(held);
    directReserved.add(new Direct(write, held));
  }

  private void commitDirect(Direct direct) {
    Held held = direct.held();
    Page page = store.page(held.pageId());
    boolean counted = page.state() == PageState.OPEN && page.version() == held.version();
    store.commitDirect(direct.write(), held.countedBytes(), held.expirySeconds());
    trace.note("committed directly", held.pageId(), held.version(), held.offsetUnits());
    if (counted) {
      owner.committedDirectly(held);
    }
    directOnItsWay.add(direct);
  }

  /** Points at the oldest large record that is on its device, or lets go of it. */
  private void landDirect() {
    for (Direct direct : directOnItsWay) {
      DirectWrite.Outcome outcome = direct.write().outcome();
      if (outcome != DirectWrite.Outcome.PENDING) {
        trace.note("landed", direct.held().key(), outcome.ordinal(), 0);
        directOnItsWay.remove(direct);
        owner.landed(direct.held(), outcome == DirectWrite.Outcome.WRITTEN);
        direct.write().close();
        return;
      }
    }
  }

  // ----------------------------------------------------------------- reading

  private void read(int key) {
    Held held = owner.find(key);
    if (held == null || books.readsUnderWay() >= READS_MAX) {
      return;
    }
    Page page = store.page(held.pageId());
    if (!page.lease()) {
      if (page.state() != PageState.FAILED) {
        throw new SimulationFailure("an address without a lease: " + held + " on " + page);
      }
      return;
    }
    books.leased(page);
    // As a cache does, which knows the length only roughly.
    int wanted = held.lengthBytes() + random.nextInt(1 + held.lengthBytes() / 4);
    int offset = held.offsetUnits() * store.geometry().unitBytes();
    new ModelRead(held).start(page, offset, wanted, store.geometry(), queue);
  }

  private void readDone(ModelRead read, ReadOutcome outcome) {
    trace.note("read done", read.held.key(), read.held.stamp(), outcome.ordinal());
    ended.add(read);
    books.readEnded();
    switch (outcome) {
      case READ ->
          owner.judge(read.held, read.data().memory(), read.dataOffset(), read.dataLength());
      case FAILED -> {
        if (queue.lastWasWhole()) {
          throw new SimulationFailure("a read that was given everything failed: " + read.held);
        }
        books.readFailed();
      }
    }
  }

  private void releaseAny(SplittableRandom from) {
    if (!ended.isEmpty()) {
      release(ended.remove(from.nextInt(ended.size())));
    }
  }

  private void release(ModelRead read) {
    books.returned(read.page());
    read.finish();
  }

  // ---------------------------------------------------------------- checking

  /** Compares all books that must agree at any moment. */
  public void check() {
    books.check();
    tally.bookCheck();
  }

  /**
   * Ends the run: everything comes to rest, every record is read back, the devices are mended,
   * everything is given up, and the store must work as on its first day.
   */
  public void end() {
    rest();
    books.checkAtRest();
    readBack();
    devices.forEach(SimulatedDevice::mend);
    // What is moved goes to a page that is open again, after all were sealed.
    owner.moveNothing();
    rest();
    store.finish();
    rest();
    books.checkAtRest();
    books.checkThatMemoryIsBack();
    readBack();
    owner.evictSealed();
    rest();
    books.checkAtRest();
    books.checkThatAllIsGone();
    writeAgain();
    tally.pagesReclaimed(books.pagesReclaimed());
    tally.devicesLost(books.devicesOutOfService());
    trace.note("end", books.pagesReclaimed(), tally.recordsChecked(), tally.operationCount());
  }

  /** Lets everything that is under way end. */
  private void rest() {
    othersRest = true;
    for (int i = 0; i < RESTS_MAX; i++) {
      while (!writings.isEmpty()) {
        commit(writings.removeFirst());
      }
      while (!directReserved.isEmpty()) {
        commitDirect(directReserved.removeFirst());
      }
      while (queue.completeOldest()) {
        // each ends one read
      }
      while (!ended.isEmpty()) {
        release(ended.removeFirst());
      }
      work.advance(Duration.ofMillis(5));
      for (int landing = directOnItsWay.size(); landing > 0; landing--) {
        landDirect();
      }
      if (directOnItsWay.isEmpty()
          && store.isQuiet()
          && store.snapshot().pages().stream().allMatch(World::rests)) {
        tally.bookCheck();
        othersRest = false;
        return;
      }
    }
    throw new SimulationFailure("no rest: " + store.snapshot());
  }

  private static boolean rests(PageSnapshot page) {
    return switch (page.state()) {
      case FREE, OPEN -> true;
      case SEALED -> !page.givingUp();
      case RESTORING, FAILED, CLOSING -> false;
    };
  }

  /** Reads every record there is an address of. */
  public void readBack() {
    othersRest = true;
    for (int key = 0; key < owner.keyCount(); key++) {
      read(key);
      while (queue.completeOldest()) {
        // each ends one read
      }
      while (!ended.isEmpty()) {
        release(ended.removeFirst());
      }
    }
    othersRest = false;
  }

  /** A store that has been emptied takes records again, unless its devices are out of service. */
  private void writeAgain() {
    long usable = books.pagesInService();
    ReserveOutcome outcome = reserve(Bucket.DEFAULT, 0, scenario.lengthMax(), 1, 0);
    boolean expected = outcome == ReserveOutcome.RESERVED;
    if (usable >= 2 && !expected) {
      throw new SimulationFailure(
          "no room in an empty store with " + usable + " pages in service: " + outcome);
    }
    rest();
    readBack();
    store.finish();
    rest();
    readBack();
    books.checkAtRest();
  }

  // ------------------------------------------------------------------- parts

  /** The store, for whoever wants to spoil it. */
  public PageStore store() {
    return store;
  }

  public ModelOwner owner() {
    return owner;
  }

  public List<SimulatedDevice> devices() {
    return List.copyOf(devices);
  }

  @Override
  public void close() {
    work.close();
    directReserved.forEach(direct -> direct.write().close());
    directOnItsWay.forEach(direct -> direct.write().close());
    readBuffers.close();
    store.close();
  }
}
