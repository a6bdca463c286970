package io.larder.tests.simulation.cacheworld;

import static io.larder.tests.simulation.model.SimulationFailure.unlessEqual;

import io.larder.cache.Cache;
import io.larder.cache.CacheSnapshot;
import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.Departure;
import io.larder.cache.tier.Inventory;
import io.larder.cache.tier.Inventory.OnPage;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.engine.stats.EngineCounter;
import io.larder.tests.simulation.device.SimulatedDevice;
import io.larder.tests.simulation.device.SimulatedReadQueue;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.oracle.Oracle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is counted twice, and must come out the same: by the cache, by a walk through it,
 * by who asked it, and by its devices.
 *
 * <p><b>Threads.</b> One.
 */
final class CacheBooks {
  private static final OnPage NOTHING = new OnPage(0, 0);

  private final Cache cache;
  private final Oracle oracle;
  private final List<SimulatedDevice> devices;
  private final List<SimulatedReadQueue> queues;

  CacheBooks(
      Cache cache, Oracle oracle, List<SimulatedDevice> devices, List<SimulatedReadQueue> queues) {
    this.cache = cache;
    this.oracle = oracle;
    this.devices = devices;
    this.queues = queues;
  }

  // ------------------------------------------------------------- at any time

  /** What must agree at any moment, whatever is under way. */
  void check() {
    check(cache.snapshot(), cache.inventory());
  }

  private void check(CacheSnapshot snapshot, Inventory inventory) {
    if (!inventory.problems().isEmpty()) {
      throw new SimulationFailure(String.join("; ", inventory.problems()));
    }
    unlessEqual("items in RAM", inventory.ramItemCount(), snapshot.ramItemCount());
    unlessEqual("items on flash", inventory.flashItemCount(), snapshot.flashItemCount());
    unlessEqual("bytes of items in RAM", inventory.ramItemBytes(), snapshot.ramItemBytes());
    unlessEqual(
        "bytes of RAM in use",
        snapshot.indexBytes() + inventory.segmentBytes(),
        snapshot.ramUsedBytes());
    if (snapshot.indexUsedBytes() > snapshot.indexBytes()) {
      throw new SimulationFailure("the index uses more than it has: " + snapshot);
    }
    checkAnswers();
    StoreSnapshot flash = snapshot.flash();
    if (flash == null) {
      unlessEqual("items on a flash that is not there", 0, inventory.flashItemCount());
    } else {
      checkFlash(flash, inventory);
    }
  }

  private void checkAnswers() {
    unlessEqual(
        "reads that hit",
        oracle.readHits(),
        count(CacheCounter.RAM_HITS) + count(CacheCounter.FLASH_HITS));
    unlessEqual(
        "reads that missed",
        oracle.readsAnswered() - oracle.readHits(),
        count(CacheCounter.MISSES));
    unlessEqual(
        "misses by their reasons",
        count(CacheCounter.MISSES),
        count(CacheCounter.MISSES_COLD)
            + Arrays.stream(Departure.values())
                .map(Departure::missCounter)
                .distinct()
                .mapToLong(this::count)
                .sum());
    unlessEqual(
        "items stored",
        oracle.answerCount(Status.STORED) + oracle.numbersMade(),
        count(CacheCounter.STORED));
    long evicted = count(CacheCounter.EVICTED_FROM_RAM);
    long refused =
        count(CacheCounter.REFUSED_SMALL)
            + count(CacheCounter.REFUSED_LARGE)
            + count(CacheCounter.REFUSED_SHORT_LIVED)
            + count(CacheCounter.REFUSED_OVER_BUDGET);
    if (count(CacheCounter.EVICTED_FROM_RAM_UNREAD) > evicted || refused > evicted) {
      throw new SimulationFailure("more items evicted unread, or refused by flash, than evicted");
    }
  }

  private void checkFlash(StoreSnapshot flash, Inventory inventory) {
    long inUse = 0;
    for (PageSnapshot page : flash.pages()) {
      OnPage found = inventory.pages().getOrDefault(page.id(), NOTHING);
      inUse += page.state() == PageState.FREE ? 0 : 1;
      boolean mayBePointedAt =
          page.state() == PageState.OPEN
              || page.state() == PageState.RESTORING
              || page.state() == PageState.SEALED
              || page.state() == PageState.FAILED;
      if (found.count() > 0 && !mayBePointedAt) {
        throw new SimulationFailure(found + " point at a page that is gone: " + page);
      }
      // A twin of a page that leaves counts there still, and is found nowhere any more.
      if (found.count() > page.liveCount() || found.bytes() > page.liveBytes()) {
        throw new SimulationFailure("more is pointed at than lives: " + found + " on " + page);
      }
    }
    unlessEqual(
        "pages claimed and not returned",
        inUse - pagesLivingOn(),
        count(EngineCounter.PAGE_ALLOCS) - count(EngineCounter.PAGE_RECLAIMS));
    unlessEqual(
        "bytes read from devices",
        queues.stream().mapToLong(SimulatedReadQueue::readBytes).sum(),
        count(EngineCounter.DEVICE_BYTES_READ));
    if (count(EngineCounter.RECORDS_WRITTEN)
        < count(CacheCounter.DEMOTED) + count(EngineCounter.RECORDS_RESCUED)) {
      throw new SimulationFailure("more items went to flash than records were written");
    }
  }

  /** Pages that an earlier process has claimed. */
  private long pagesLivingOn() {
    RestoreSnapshot restore = cache.restore();
    return restore == null ? 0 : restore.pageCount();
  }

  /** Pages of an earlier process that were looked through record by record. */
  private long pagesScanned() {
    RestoreSnapshot restore = cache.restore();
    return restore == null ? 0 : restore.scannedPageCount();
  }

  // ----------------------------------------------------------------- at rest

  /** What is still under way that comes to rest by itself; null when nothing is. */
  @Nullable String unrest() {
    CacheSnapshot snapshot = cache.snapshot();
    // Without evictions less RAM is only reached as far as there is somewhere to go.
    if (cache.config().evicts()
        && snapshot.ramUsedBytes() + snapshot.ramIdleBytes() > snapshot.ramBytes()) {
      return "more RAM than there may be: "
          + snapshot.ramUsedBytes()
          + " bytes in use and "
          + snapshot.ramIdleBytes()
          + " idle of "
          + snapshot.ramBytes();
    }
    StoreSnapshot flash = snapshot.flash();
    if (flash == null) {
      return null;
    }
    Inventory inventory = cache.inventory();
    for (PageSnapshot page : flash.pages()) {
      boolean rests =
          switch (page.state()) {
            case FREE, OPEN -> true;
            case SEALED -> !page.givingUp() && !page.doomed();
            case RESTORING, FAILED, CLOSING -> false;
          };
      if (!rests) {
        return "leaving: " + page;
      }
      // A large record on its way counts in its page before anything points at it.
      OnPage found = inventory.pages().getOrDefault(page.id(), NOTHING);
      if (found.count() != page.liveCount() || found.bytes() != page.liveBytes()) {
        return found + " pointed at on " + page;
      }
    }
    return null;
  }

  /** What must agree besides, when nothing is under way. */
  void checkAtRest(long pendingCount) {
    CacheSnapshot snapshot = cache.snapshot();
    check(snapshot, cache.inventory());
    unlessEqual("requests pending", 0, pendingCount);
    StoreSnapshot flash = snapshot.flash();
    if (flash == null) {
      return;
    }
    String unrest = unrest();
    if (unrest != null) {
      throw new SimulationFailure(unrest);
    }
    unlessEqual("read buffers lent", 0, snapshot.flashReadBytes());
    unlessEqual("leases", 0, flash.pages().stream().mapToLong(PageSnapshot::leaseCount).sum());
    long freeInService =
        flash.pages().stream()
            .filter(page -> page.state() == PageState.FREE)
            .filter(page -> !flash.devices().get(page.deviceIndex()).outOfService())
            .count();
    unlessEqual("pages on the free stack", freeInService, flash.freePageCount());
    unlessEqual(
        "reads of flash",
        count(CacheCounter.FLASH_LOOKUPS),
        count(EngineCounter.BUFFER_READS)
            + count(EngineCounter.SHARED_READS)
            + count(EngineCounter.DEVICE_READS)
            + count(CacheCounter.FLASH_READ_FAILURES));
    unlessEqual(
        "reads put to devices",
        queues.stream().mapToLong(SimulatedReadQueue::submittedCount).sum(),
        count(EngineCounter.DEVICE_READS) + count(CacheCounter.FLASH_READ_FAILURES));
    long refused = devices.stream().mapToLong(SimulatedDevice::refusedWriteCount).sum();
    unlessEqual("writes refused", refused, count(EngineCounter.WRITE_ERRORS));
    // A page that was found without a directory goes on without one when that cannot be written.
    SimulationFailure.unlessRefusalsExplain(
        refused, pagesScanned(), count(EngineCounter.PAGE_FAILURES));
    if (refused == 0) {
      // A refused write may have been one of several of a record, and these count together.
      unlessEqual(
          "bytes written to devices",
          devices.stream().mapToLong(SimulatedDevice::writtenBytes).sum(),
          count(EngineCounter.DEVICE_BYTES_WRITTEN));
    }
  }

  /** Everything has been flushed, and every key asked for. */
  void checkThatAllIsGone() {
    unlessEqual("items after a flush_all, all asked for", 0, cache.snapshot().itemCount());
  }

  private long count(CacheCounter counter) {
    return cache.get(counter);
  }

  private long count(EngineCounter counter) {
    return cache.get(counter);
  }
}
