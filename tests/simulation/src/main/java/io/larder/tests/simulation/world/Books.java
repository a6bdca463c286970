package io.larder.tests.simulation.world;

import static io.larder.tests.simulation.model.SimulationFailure.unlessEqual;

import io.larder.engine.PageStore;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.tests.simulation.device.SimulatedDevice;
import io.larder.tests.simulation.device.SimulatedReadQueue;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.owner.Held;
import io.larder.tests.simulation.owner.ModelOwner;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that is counted twice, and must come out the same: by the store, and by its owner, its
 * readers and its devices.
 *
 * <p><b>Threads.</b> One.
 */
final class Books {
  private final PageStore store;
  private final ModelOwner owner;
  private final List<SimulatedDevice> devices;
  private final SimulatedReadQueue queue;
  private final Map<Integer, Integer> leases = new HashMap<>();
  private int readsUnderWay;
  private long endedReadCount;
  private long failedReadCount;

  Books(
      PageStore store, ModelOwner owner, List<SimulatedDevice> devices, SimulatedReadQueue queue) {
    this.store = store;
    this.owner = owner;
    this.devices = devices;
    this.queue = queue;
  }

  // ----------------------------------------------------------------- entries

  void leased(Page page) {
    leases.merge(page.id(), 1, Integer::sum);
    readsUnderWay++;
  }

  void returned(Page page) {
    leases.merge(page.id(), -1, Integer::sum);
    readsUnderWay--;
  }

  void readEnded() {
    endedReadCount++;
  }

  void readFailed() {
    failedReadCount++;
  }

  int readsUnderWay() {
    return readsUnderWay;
  }

  long pagesReclaimed() {
    return count(EngineCounter.PAGE_RECLAIMS);
  }

  long devicesOutOfService() {
    return store.snapshot().devices().stream()
        .filter(StoreSnapshot.DeviceSnapshot::outOfService)
        .count();
  }

  long pagesInService() {
    StoreSnapshot snapshot = store.snapshot();
    return snapshot.pages().stream().filter(page -> isInService(snapshot, page)).count();
  }

  // ------------------------------------------------------------- at any time

  /** What must agree at any moment, whatever is under way. */
  void check() {
    StoreSnapshot snapshot = store.snapshot();
    checkPages(snapshot);
    Map<Integer, Long> liveCounts = new HashMap<>();
    Map<Integer, Long> liveBytes = new HashMap<>();
    for (Held held : owner.held()) {
      requireThatItsPageIsThere(held, snapshot.pages().get(held.pageId()));
      liveCounts.merge(held.pageId(), 1L, Long::sum);
      liveBytes.merge(held.pageId(), (long) held.countedBytes(), Long::sum);
    }
    for (Held twin : owner.outsideIndex()) {
      if (snapshot.pages().get(twin.pageId()).version() == twin.version()) {
        liveCounts.merge(twin.pageId(), 1L, Long::sum);
        liveBytes.merge(twin.pageId(), (long) twin.countedBytes(), Long::sum);
      }
    }
    for (PageSnapshot page : snapshot.pages()) {
      // A twin let go of while its page leaves is not subtracted any more: the page goes anyway.
      if (!page.givingUp() && page.state() != PageState.FAILED) {
        unlessEqual(
            "live records of " + page, liveCounts.getOrDefault(page.id(), 0L), page.liveCount());
        unlessEqual(
            "live bytes of " + page, liveBytes.getOrDefault(page.id(), 0L), page.liveBytes());
      }
      unlessEqual("leases of " + page, leases.getOrDefault(page.id(), 0), page.leaseCount());
    }
    checkCountersAtAnyTime(snapshot);
  }

  private void checkPages(StoreSnapshot snapshot) {
    Set<Long> versions = new HashSet<>();
    long freeInService = 0;
    for (PageSnapshot page : snapshot.pages()) {
      boolean free = page.state() == PageState.FREE;
      if (free == (page.version() != 0)) {
        throw new SimulationFailure("a free page has no version, all others have one: " + page);
      }
      if (!free && !versions.add(page.version())) {
        throw new SimulationFailure("a version that another page has too: " + page);
      }
      if (free && page.liveCount() != 0) {
        throw new SimulationFailure("something lives on a free page: " + page);
      }
      freeInService += free && isInService(snapshot, page) ? 1 : 0;
    }
    unlessEqual("pages on the free stack", freeInService, snapshot.freePageCount());
  }

  private static boolean isInService(StoreSnapshot snapshot, PageSnapshot page) {
    return !snapshot.devices().get(page.deviceIndex()).outOfService();
  }

  private static void requireThatItsPageIsThere(Held held, PageSnapshot page) {
    boolean there =
        page.version() == held.version()
            && (page.state() == PageState.OPEN
                || page.state() == PageState.SEALED
                || page.state() == PageState.FAILED);
    if (!there) {
      throw new SimulationFailure("an address of a page that is gone: " + held + ", " + page);
    }
  }

  private void checkCountersAtAnyTime(StoreSnapshot snapshot) {
    long inUse = snapshot.pages().stream().filter(page -> page.state() != PageState.FREE).count();
    unlessEqual(
        "pages claimed and not returned",
        inUse,
        count(EngineCounter.PAGE_ALLOCS) - count(EngineCounter.PAGE_RECLAIMS));
    unlessEqual("records written", owner.committedCount(), count(EngineCounter.RECORDS_WRITTEN));
    unlessEqual(
        "bytes of records written",
        owner.committedBytes(),
        count(EngineCounter.RECORD_BYTES_WRITTEN));
    unlessEqual(
        "bytes of records written, without padding",
        owner.committedLengthBytes(),
        count(EngineCounter.UNPADDED_BYTES_WRITTEN));
    unlessEqual("records moved", owner.rescuedCount(), count(EngineCounter.RECORDS_RESCUED));
    unlessEqual("bytes moved", owner.rescuedBytes(), count(EngineCounter.BYTES_RESCUED));
    unlessEqual(
        "reads ended",
        endedReadCount,
        count(EngineCounter.BUFFER_READS)
            + count(EngineCounter.DEVICE_READS)
            + count(EngineCounter.SHARED_READS)
            + failedReadCount);
    unlessEqual(
        "reads from devices",
        queue.submittedCount(),
        count(EngineCounter.DEVICE_READS) + failedReadCount + queue.inFlightCount());
    unlessEqual(
        "bytes read from devices", queue.readBytes(), count(EngineCounter.DEVICE_BYTES_READ));
    unlessEqual("pages left unread", owner.unreadCount(), count(EngineCounter.DIRECTORY_FAILURES));
    unlessEqual(
        "reads that failed",
        failedReadCount + owner.refusedSweepReads(),
        count(EngineCounter.READ_ERRORS));
  }

  // ----------------------------------------------------------------- at rest

  /** What must agree besides, when nothing is under way. */
  void checkAtRest() {
    check();
    StoreSnapshot snapshot = store.snapshot();
    unlessEqual("read buffers lent", 0, store.lentReadBytes());
    unlessEqual("reads under way", 0, readsUnderWay);
    long refused = devices.stream().mapToLong(SimulatedDevice::refusedWriteCount).sum();
    unlessEqual("writes refused", refused, count(EngineCounter.WRITE_ERRORS));
    SimulationFailure.unlessRefusalsExplain(refused, 0, count(EngineCounter.PAGE_FAILURES));
    if (refused == 0) {
      checkWrites();
    }
    unlessEqual(
        "write errors by device",
        refused,
        snapshot.devices().stream().mapToLong(device -> device.counts().writeErrors()).sum());
    unlessEqual(
        "read errors by device",
        count(EngineCounter.READ_ERRORS) + count(EngineCounter.DIRECTORY_FAILURES),
        snapshot.devices().stream().mapToLong(device -> device.counts().readErrors()).sum());
    unlessEqual("pages evicted", owner.evictedLifeCount(), count(EngineCounter.PAGE_EVICTIONS));
    unlessEqual(
        "pages compacted", owner.compactedLifeCount(), count(EngineCounter.PAGE_COMPACTIONS));
    unlessEqual("sweeps that missed something", 0, owner.livesSweptInPart().size());
    checkRecords(snapshot);
  }

  /** A refused write may have been one of several of a directory, and these count together. */
  private void checkWrites() {
    unlessEqual(
        "bytes written to devices",
        devices.stream().mapToLong(SimulatedDevice::writtenBytes).sum(),
        count(EngineCounter.DEVICE_BYTES_WRITTEN));
    long writes = devices.stream().mapToLong(SimulatedDevice::writeCount).sum();
    if (count(EngineCounter.DEVICE_WRITES) > writes) {
      throw new SimulationFailure("more writes counted than the " + writes + " devices saw");
    }
  }

  private void checkRecords(StoreSnapshot snapshot) {
    long deadTwins =
        owner.outsideIndex().stream()
            .filter(twin -> snapshot.pages().get(twin.pageId()).version() != twin.version())
            .count();
    unlessEqual(
        "records written and not let go of",
        owner.held().size() + owner.outsideIndex().size() + owner.deadTwinsDropped(),
        owner.committedCount() - owner.goneCount());
    unlessEqual(
        "records live in the store",
        owner.held().size() + owner.outsideIndex().size() - deadTwins,
        snapshot.liveCount());
  }

  /** With every page sealed, nothing that buckets share is lent out. */
  void checkThatMemoryIsBack() {
    StoreSnapshot.MemorySnapshot memory = store.snapshot().memory();
    unlessEqual(
        "write buffers that came back", memory.writeBufferCount(), memory.idleWriteBufferCount());
    unlessEqual(
        "pieces of directories that came back",
        memory.directoryChunkCount(),
        memory.idleDirectoryChunkCount());
  }

  /** Everything has been given up. */
  void checkThatAllIsGone() {
    unlessEqual("addresses of pages that are gone", 0, owner.held().size());
    for (PageSnapshot page : store.snapshot().pages()) {
      if (page.state() != PageState.FREE) {
        throw new SimulationFailure("not free, with everything given up: " + page);
      }
    }
    checkThatMemoryIsBack();
  }

  private long count(EngineCounter counter) {
    return store.stats().get(counter);
  }
}
