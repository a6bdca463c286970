package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.read.PageRead;
import io.larder.engine.read.ReadBuffers;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.Reservation;
import io.larder.platform.device.Device;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualReadQueue;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A whole store on devices in memory, with time, background work and reads in the hand of the test,
 * and an owner that remembers what it was asked.
 *
 * <p>{@link #close} ends every test with the structural check: pages add up, leases and buffers
 * have come back, and each page counts as live what the owner holds.
 */
final class PageStoreRig implements AutoCloseable {
  static final int PAGE_BYTES = 64 * 1024;
  static final int BUFFER_BYTES = 16 * 1024;
  static final int BUFFER_COUNT = 5;
  static final StoreIdentity IDENTITY = new StoreIdentity(new UUID(1, 2), 42);

  final ManualClock clock = new ManualClock();
  final ManualWork work = new ManualWork(clock);
  final ManualReadQueue reads = new ManualReadQueue();
  final List<MemoryDevice> devices = new ArrayList<>();
  final PageStore store;
  private final int bufferCount;
  final RecordingOwner owner;
  final AdjustableLimits limits = new AdjustableLimits();
  final ReadBuffers readBuffers;
  private final Reservation reservation = new Reservation();
  private long nextKeyHash = 1;

  private PageStoreRig(PageStoreConfig config, long latestVersion, long... deviceBytes) {
    for (long bytes : deviceBytes) {
      devices.add(new MemoryDevice("memory-" + devices.size(), bytes, 512, true));
    }
    bufferCount = config.writeBufferCount();
    store = PageStore.open(config, List.<Device>copyOf(devices), clock, latestVersion);
    owner = new RecordingOwner(store);
    store.start(work, owner, limits);
    readBuffers = store.newReadBuffers();
    work.runUntilIdle();
  }

  /** One device of {@code pageCount} pages of 64 KiB, with write buffers of 16 KiB. */
  static PageStoreRig of(int pageCount) {
    return of(PAGE_BYTES, BUFFER_BYTES, BUFFER_COUNT, (long) pageCount * PAGE_BYTES);
  }

  static PageStoreRig of(int pageBytes, int bufferBytes, int bufferCount, long... deviceBytes) {
    return new PageStoreRig(
        new PageStoreConfig(pageBytes, bufferBytes, bufferCount, IDENTITY), 0, deviceBytes);
  }

  /** A device for each of {@code freeBuckets}, of so many pages of 64 KiB. */
  static PageStoreRig kept(List<Bucket> freeBuckets, long... pageCounts) {
    return new PageStoreRig(
        new PageStoreConfig(PAGE_BYTES, BUFFER_BYTES, 12, IDENTITY, freeBuckets),
        0,
        Arrays.stream(pageCounts).map(count -> count * PAGE_BYTES).toArray());
  }

  /** As {@link #of(int)}, with pages that have lived up to this version. */
  static PageStoreRig after(long latestVersion, int pageCount) {
    return new PageStoreRig(
        new PageStoreConfig(PAGE_BYTES, BUFFER_BYTES, BUFFER_COUNT, IDENTITY),
        latestVersion,
        (long) pageCount * PAGE_BYTES);
  }

  /** Limits in the hand of the test; at first nothing is compacted. */
  static final class AdjustableLimits implements ReclaimLimits {
    int compactUnderPages;
    int dropUnderPages;
    double liveShareMax;
    boolean dropsUnread;

    @Override
    public int compactUnderPages() {
      return compactUnderPages;
    }

    @Override
    public int dropUnderPages() {
      return dropUnderPages;
    }

    @Override
    public double liveShareMax() {
      return liveShareMax;
    }

    @Override
    public boolean dropsUnread() {
      return dropsUnread;
    }
  }

  MemoryDevice device() {
    return devices.getFirst();
  }

  // ------------------------------------------------------------------ writing

  /** Writes a record that is expected to find room. */
  Held write(Bucket bucket, int lengthBytes) {
    return write(bucket, lengthBytes, 0);
  }

  Held write(Bucket bucket, int lengthBytes, long expirySeconds) {
    Held written = tryWrite(bucket, lengthBytes, expirySeconds);
    if (written == null) {
      throw new AssertionError("no room in " + bucket + ": " + store.snapshot());
    }
    return written;
  }

  /** Writes a record if there is room now. */
  @Nullable Held tryWrite(Bucket bucket, int lengthBytes, long expirySeconds) {
    long keyHash = nextKeyHash++;
    ReserveOutcome outcome = store.reserve(bucket, lengthBytes, keyHash, reservation);
    return outcome == ReserveOutcome.RESERVED
        ? commit(reservation, lengthBytes, keyHash, expirySeconds)
        : null;
  }

  /** Writes as many records of that length as have room now. */
  List<Held> writeWhileThereIsRoom(Bucket bucket, int lengthBytes) {
    List<Held> written = new ArrayList<>();
    for (Held one = tryWrite(bucket, lengthBytes, 0);
        one != null;
        one = tryWrite(bucket, lengthBytes, 0)) {
      written.add(one);
    }
    return written;
  }

  /**
   * Writes records until the page of the first of them is sealed; one more, forgotten at once, has
   * opened the next page.
   */
  List<Held> fillPage(Bucket bucket, int lengthBytes, long expirySeconds) {
    List<Held> written = new ArrayList<>();
    Held first = write(bucket, lengthBytes, expirySeconds);
    Held latest = first;
    while (latest.pageId() == first.pageId()) {
      written.add(latest);
      work.runUntilIdle();
      latest = write(bucket, lengthBytes, expirySeconds);
    }
    work.runUntilIdle();
    owner.forget(latest);
    return written;
  }

  /** Ends a reservation as a writer would, and holds its address when the page took it. */
  @Nullable Held commit(Reservation reserved, int lengthBytes, long keyHash, long expirySeconds) {
    Held record =
        new Held(
            keyHash,
            reserved.pageId(),
            reserved.pageVersion(),
            reserved.offsetUnits(),
            lengthBytes,
            lengthBytes + 1);
    MemorySegment.copy(
        record.bytes(),
        0,
        reserved.memory(),
        ValueLayout.JAVA_BYTE,
        reserved.memoryOffset(),
        lengthBytes);
    if (!store.commit(reserved, record.countedBytes(), expirySeconds)) {
      return null;
    }
    owner.hold(record);
    return record;
  }

  /** Where in its page a record starts. */
  int offsetOf(Held record) {
    return record.offsetUnits() * store.geometry().unitBytes();
  }

  // ------------------------------------------------------------------ reading

  /** One read and what became of it. */
  static final class Reading extends PageRead {
    @Nullable ReadOutcome outcome;

    Reading(PageStoreRig rig) {
      super(rig.readBuffers, rig.store.readListener());
    }

    @Override
    protected void done(ReadOutcome ended) {
      assertThat(outcome).as("ended once").isNull();
      outcome = ended;
    }

    byte[] bytes(int lengthBytes) {
      return data().memory().asSlice(dataOffset(), lengthBytes).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Leases a record's page and starts to read it; null when the page lets nobody in. */
  @Nullable Reading startReading(Held record) {
    Page page = store.page(record.pageId());
    if (!page.lease()) {
      return null;
    }
    Reading reading = new Reading(this);
    reading.start(page, offsetOf(record), record.lengthBytes(), store.geometry(), reads);
    return reading;
  }

  /** A record's bytes as a get would see them, or null when they cannot be had. */
  byte @Nullable [] read(Held record) {
    Reading reading = startReading(record);
    if (reading == null) {
      return null;
    }
    while (reading.outcome == null) {
      assertThat(reads.completeNext()).isTrue();
    }
    byte[] bytes = reading.outcome == ReadOutcome.READ ? reading.bytes(record.lengthBytes()) : null;
    reading.finish();
    return bytes;
  }

  void everyHeldRecordReadsBack() {
    for (Held record : owner.held()) {
      assertThat(read(record)).as(record.toString()).isEqualTo(record.bytes());
    }
  }

  // ------------------------------------------------------------------ looking

  /** Lets all background work come to rest. */
  void settle() {
    work.runUntilIdle();
  }

  long count(EngineCounter counter) {
    return store.stats().get(counter);
  }

  PageSnapshot page(int pageId) {
    return store.page(pageId).snapshot();
  }

  List<PageSnapshot> pages(Predicate<PageSnapshot> which) {
    return store.snapshot().pages().stream().filter(which).toList();
  }

  // ------------------------------------------------------------------ checking

  /** Everything that must hold whenever nothing is under way. */
  void check() {
    StoreSnapshot snapshot = store.snapshot();
    assertThat(store.isQuiet()).as("nothing waits to be written").isTrue();
    assertThat(store.lentReadBytes()).as("read buffers lent").isZero();
    Set<Long> versions = new HashSet<>();
    long freeInService = 0;
    for (PageSnapshot page : snapshot.pages()) {
      assertThat(page.leaseCount()).as("leases of " + page).isZero();
      checkCounts(page);
      if (page.state() == PageState.FREE) {
        assertThat(page.version()).as("version of " + page).isZero();
        freeInService += snapshot.devices().get(page.deviceIndex()).outOfService() ? 0 : 1;
      } else {
        assertThat(versions.add(page.version())).as("a version of its own: " + page).isTrue();
      }
    }
    assertThat(snapshot.freePageCount()).as("free pages").isEqualTo((int) freeInService);
  }

  private void checkCounts(PageSnapshot page) {
    List<Held> held = owner.heldOn(page.id());
    assertThat(page.liveCount()).as("live records of " + page).isEqualTo(held.size());
    assertThat(page.liveBytes())
        .as("live bytes of " + page)
        .isEqualTo(held.stream().mapToLong(Held::countedBytes).sum());
    assertThat(held).as("addresses into " + page).allMatch(one -> one.version() == page.version());
  }

  /** With devices that work again everything can be given up, and every write buffer is there. */
  private void checkThatEverythingComesBack() {
    for (MemoryDevice device : devices) {
      device.failAllReads(false);
      device.failAllWrites(false);
      device.full(false);
    }
    store.finish();
    settle();
    store.requestEvictionOfSealed();
    settle();
    check();
    assertThat(owner.held()).as("addresses into pages that are gone").isEmpty();
    assertThat(pages(page -> page.state() != PageState.FREE)).as("pages not free").isEmpty();
    StoreSnapshot.MemorySnapshot memory = store.snapshot().memory();
    assertThat(memory.idleWriteBufferCount())
        .as("write buffers that came back")
        .isEqualTo(memory.writeBufferCount());
    assertThat(memory.idleDirectoryChunkCount())
        .as("pieces of directories that came back")
        .isEqualTo(memory.directoryChunkCount());
    takeEveryWriteBuffer();
  }

  private void takeEveryWriteBuffer() {
    List<Bucket> buckets = List.of(Bucket.values());
    for (Bucket bucket : buckets.subList(0, Math.min(bufferCount, buckets.size()))) {
      ReserveOutcome outcome = store.reserve(bucket, 100, nextKeyHash, reservation);
      assertThat(outcome).as("room in " + bucket).isNotEqualTo(ReserveOutcome.NO_BUFFER);
      if (outcome == ReserveOutcome.RESERVED) {
        store.commit(reservation, 100, 0);
      }
    }
  }

  @Override
  public void close() {
    settle();
    check();
    checkThatEverythingComesBack();
    work.close();
    readBuffers.close();
    store.close();
  }
}
