package io.larder.tests.simulation.cacheworld;

import io.larder.engine.PageStoreConfig;
import io.larder.engine.model.Bucket;
import io.larder.testkit.MemoryDevice;
import io.larder.tests.simulation.cacheworld.Remains.Kept;
import io.larder.tests.simulation.device.Fate;
import io.larder.tests.simulation.device.SimulatedStateStorage;
import io.larder.tests.simulation.model.Draws;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import io.larder.tests.simulation.oracle.Survival;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A cache that is killed, or stopped, and begun again on the same devices and notes, many times.
 *
 * <p>Life: {@link #run} once, {@link #close}.
 *
 * <p><b>Threads.</b> One.
 */
public final class CrashWorld implements AutoCloseable {
  /*
   * A kill is an exception out of whatever is being done, and no write or note of that process is
   * heard any more. So it strikes only where the code waits for a device or makes a note: anywhere
   * else nothing outside the process tells whether it got there.
   */

  private static final int WRITES_OF_A_DAY_SECONDS = 4000;
  private static final int STOP_PATIENCE_MAX = 400;
  private static final int SET_BACK_SECONDS_MAX = 100_000;
  private static final int ROWS_MORE_MAX = 4;
  private static final int FILLS_MAX = 8;
  private static final int PLACES_WHILE_OPENING = 40;

  /** A rewrite is a rare moment, so some processes are killed in none but such a one. */
  private static final int ONE_IN_A_REWRITE_IN = 6;

  private static final int PLACES_OF_A_REWRITE = 300;

  private final CacheScenario scenario;
  private final CrashScenario crashes;
  private final Tally tally;
  private final Trace trace;
  private final SplittableRandom random;
  private final SplittableRandom moreRandom;
  private final Remains remains;
  private final Fate fate;
  private final CacheWorld world;

  /** Devices that were taken out, and may be put in again. */
  private final List<Kept> shelf = new ArrayList<>();

  private boolean endsWithMachine;

  /** Builds everything the scenarios say; the first process begins empty. */
  public CrashWorld(
      CacheScenario scenario,
      CrashScenario crashes,
      Tally tally,
      Trace trace,
      Tampering tampering) {
    this.scenario = scenario;
    this.crashes = crashes;
    this.tally = tally;
    this.trace = trace;
    this.random = new SplittableRandom(scenario.seed() * 29 + 3);
    this.moreRandom = new SplittableRandom(scenario.seed() * 31 + 7);
    this.remains = new Remains(crashes.durability(), crashes.rewriteNotesMin());
    this.fate = remains.fate;
    FlashScenario flash = flash();
    for (int i = 0; i < flash.deviceBytes().size(); i++) {
      remains.devices.add(
          new Kept(newDevice(flash.deviceBytes().get(i)), flash.freeBuckets().get(i)));
    }
    this.world = new CacheWorld(scenario, tally, trace, tampering, remains);
  }

  private FlashScenario flash() {
    FlashScenario flash = scenario.flash();
    if (flash == null) {
      throw new IllegalArgumentException("without flash nothing is left");
    }
    return flash;
  }

  private MemoryDevice newDevice(long bytes) {
    return new MemoryDevice("simulated", bytes, flash().blockBytes(), true);
  }

  /** Plays all processes, and ends the last one as any world ends. */
  public void run() {
    fate.whenStruck(this::struck);
    world.fillUp(FILLS_MAX);
    world.operate(scenario.operationCount());
    for (int i = 0; i < crashes.processCount(); i++) {
      endsWithMachine = percent(crashes.bootPercent());
      if (i > 0 || random.nextBoolean()) {
        live();
      }
      if (!fate.hasStruck()) {
        endSomehow();
      }
      world.bury();
      betweenProcesses();
      begin();
    }
    fate.spare();
    world.flushAgain();
    world.lookAtVague();
    world.rest();
    world.lookAtVague();
    world.end();
    tally.crashPlaces(fate.placeCount());
  }

  private boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  /** Does something that a kill may end. */
  private void untilStruck(Runnable something) {
    try {
      something.run();
    } catch (RuntimeException | AssertionError e) {
      // Whatever a process throws after its end is heard by nobody.
      if (!fate.hasStruck()) {
        throw e;
      }
    }
  }

  private void live() {
    if (percent(crashes.fillPercent())) {
      world.fillUp(FILLS_MAX);
    }
    fate.in(
        random.nextBoolean()
            ? Draws.oneTo(crashes.placesMax(), random)
            : 1 + random.nextInt(crashes.placesMax()));
    if (moreRandom.nextInt(ONE_IN_A_REWRITE_IN) == 0) {
      fate.in(Draws.oneTo(PLACES_OF_A_REWRITE, moreRandom), SimulatedStateStorage.REWRITING);
    }
    if (percent(crashes.noteFailurePercent())) {
      remains.storage.failAppend(Draws.oneTo(1000, random));
    }
    int operations = Draws.oneTo(crashes.operationsMax(), random);
    boolean readsBack = percent(crashes.readBackPercent());
    boolean flushes = moreRandom.nextInt(100) < crashes.flushPercent();
    int flushAt = flushes ? moreRandom.nextInt(operations) : -1;
    untilStruck(() -> {
      world.flushAgain();
      for (int i = 0; i < operations; i++) {
        world.lookAtVague();
        if (i == flushAt) {
          world.flushAll(moreRandom);
        }
        world.operate(1);
      }
      if (readsBack) {
        world.rest();
        world.checkAtRest();
        world.lookAtVague();
        world.readBack();
        world.rest();
        world.checkAtRest();
      }
    });
  }

  /** The moment of a kill. */
  private void struck() {
    tally.crash(fate.where().endsWith(SimulatedStateStorage.REWRITING));
    trace.note("killed " + fate.where(), 0);
    endOfMachine();
    world.killed(Survival.SETTLED);
  }

  private void endOfMachine() {
    if (endsWithMachine) {
      remains.boot();
      remains.storage.loseUnforced(random::nextInt);
    } else {
      remains.storage.crash();
    }
  }

  private void endSomehow() {
    if (percent(crashes.stopPercent())) {
      int patience = random.nextInt(4) == 0 ? random.nextInt(10) : STOP_PATIENCE_MAX;
      untilStruck(() -> world.stop(patience));
      if (!fate.hasStruck()) {
        tally.stopped();
        endOfMachine();
      }
    } else {
      untilStruck(() -> fate.strike("between two operations"));
    }
  }

  // ----------------------------------------------------------------- between two processes

  private void betweenProcesses() {
    remains.storage.failAppend(Long.MAX_VALUE);
    if (world.isFlushUnconfirmed()) {
      // Nobody knows when it is due; so no time passes until it is asked for again.
      return;
    }
    world.timePasses(random.nextInt(WRITES_OF_A_DAY_SECONDS) * (percent(30) ? 1L : 0L));
    if (percent(crashes.clockBackPercent())) {
      world.setBack(random.nextLong(SET_BACK_SECONDS_MAX));
    }
    if (percent(crashes.deviceChangePercent())) {
      changeDevices();
    }
  }

  /** Begins the next process; it may be killed while it does so, and the next one too. */
  private void begin() {
    boolean begun = false;
    while (!begun) {
      fate.reborn();
      endsWithMachine = percent(crashes.bootPercent());
      if (percent(20)) {
        fate.in(1 + random.nextInt(PLACES_WHILE_OPENING));
      }
      untilStruck(world::begin);
      begun = !fate.hasStruck();
    }
    fate.spare();
    trace.note("begun", remains.devices.size());
  }

  private void changeDevices() {
    List<Kept> before = List.copyOf(remains.devices);
    switch (random.nextInt(4)) {
      case 0 -> Collections.shuffle(remains.devices, new Random(random.nextLong()));
      case 1 -> shelf.add(remains.devices.remove(random.nextInt(remains.devices.size())));
      case 2 -> {
        if (!shelf.isEmpty() && random.nextBoolean()) {
          remains.devices.add(shelf.remove(random.nextInt(shelf.size())));
        } else {
          long rows = (long) PageStoreConfig.PAGE_COUNT_MIN + random.nextInt(ROWS_MORE_MAX);
          remains.devices.add(new Kept(newDevice(rows * flash().pageBytes()), Bucket.DEFAULT));
        }
      }
      default -> {
        int which = random.nextInt(remains.devices.size());
        Kept kept = remains.devices.get(which);
        long rows = kept.device().sizeBytes() / flash().pageBytes();
        long now = Math.max(1, rows - ROWS_MORE_MAX + random.nextInt(2 * ROWS_MORE_MAX));
        remains.devices.set(
            which, new Kept(resized(kept.device(), now * flash().pageBytes()), kept.freeBucket()));
      }
    }
    if (!isEnough()) {
      shelf.removeAll(before);
      remains.devices.clear();
      remains.devices.addAll(before);
      return;
    }
    world.devicesChanged();
    trace.note("devices changed", remains.devices.size());
  }

  /** The same bytes, as far as there is room for them. */
  private MemoryDevice resized(MemoryDevice device, long bytes) {
    MemoryDevice resized = newDevice(bytes);
    int step = flash().pageBytes();
    for (long at = 0; at < Math.min(bytes, device.sizeBytes()); at += step) {
      int length = (int) Math.min(step, Math.min(bytes, device.sizeBytes()) - at);
      resized.putBytes(at, device.bytes(at, length));
    }
    return resized;
  }

  /** Whether a cache may be opened on these devices. */
  private boolean isEnough() {
    for (Bucket bucket : Bucket.values()) {
      long pages =
          remains.devices.stream()
              .filter(kept -> kept.freeBucket() == bucket)
              .mapToLong(kept -> kept.device().sizeBytes() / flash().pageBytes())
              .sum();
      boolean isDefault = bucket == Bucket.DEFAULT;
      boolean isUsed =
          remains.devices.stream().anyMatch(kept -> kept.freeBucket() == bucket) || isDefault;
      int fewest = isDefault ? PageStoreConfig.PAGE_COUNT_MIN : PageStoreConfig.PAGE_COUNT_KEPT_MIN;
      if (isUsed && pages < fewest) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    world.close();
  }
}
