package io.larder.cache;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.index.KeyHash;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.Departure;
import io.larder.cache.tier.Inventory;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.Durability;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.restart.Persistence;
import io.larder.testkit.InlineExecutor;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualReadQueue;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import io.larder.testkit.MemoryStateStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A whole cache on a device in memory, with time, background work and reads in the hand of the
 * test.
 *
 * <p>{@link #close} ends every test with the structural check.
 */
final class CacheRig implements AutoCloseable {
  static final int PAGE_BYTES = 256 * 1024;
  static final int BUFFER_BYTES = 64 * 1024;
  static final int ITEM_BYTES_MAX = 200 * 1024;

  /** A machine that has not been restarted. */
  static final UUID BOOT = new UUID(3, 4);

  final ManualClock clock;
  final ManualWork work;
  final ManualReadQueue reads = new ManualReadQueue();
  final @Nullable MemoryDevice device;
  final NotingListener listener = new NotingListener();
  final Cache cache;
  final CacheSession session;

  /** Where notes that outlive the cache are kept; null when there are none. */
  final @Nullable MemoryStateStorage storage;

  private final int hashBitCount;
  private boolean killed;

  private CacheRig(
      long ramBytes,
      int pageCount,
      int recacheRate,
      int hashBitCount,
      @Nullable RandomGenerator order,
      long writeBudgetBytesPerSecond) {
    this(
        ramBytes,
        pageCount == 0 ? List.of() : List.of(pageCount),
        List.of(),
        recacheRate,
        hashBitCount,
        order,
        writeBudgetBytesPerSecond);
  }

  private CacheRig(
      long ramBytes,
      List<Integer> pageCounts,
      List<Bucket> freeBuckets,
      int recacheRate,
      int hashBitCount,
      @Nullable RandomGenerator order,
      long writeBudgetBytesPerSecond) {
    this.clock = new ManualClock();
    this.storage = null;
    this.hashBitCount = hashBitCount;
    work =
        order == null
            ? new ManualWork(clock)
            : new ManualWork(clock, order, ManualWork.DEFAULT_RUN_COUNT_MAX);
    List<MemoryDevice> devices =
        pageCounts.stream().map(count -> new MemoryDevice((long) count * PAGE_BYTES)).toList();
    device = devices.isEmpty() ? null : devices.getFirst();
    PageStoreConfig flash =
        devices.isEmpty()
            ? null
            : new PageStoreConfig(
                PAGE_BYTES, BUFFER_BYTES, 8, new StoreIdentity(new UUID(1, 2), 42), freeBuckets);
    CacheConfig config =
        new CacheConfig(
            ramBytes,
            ITEM_BYTES_MAX,
            42,
            flash,
            0,
            Duration.ZERO,
            recacheRate,
            Duration.ofSeconds(1),
            writeBudgetBytesPerSecond);
    KeyHash keyHash = hashBitCount == 64 ? new KeyHash(42) : KeyHash.weakened(42, hashBitCount);
    cache = Cache.open(config, List.copyOf(devices), clock, work, keyHash, () -> listener);
    session = cache.newSession(reads, new InlineExecutor());
  }

  private CacheRig(
      ManualClock clock,
      MemoryDevice device,
      MemoryStateStorage storage,
      UUID bootId,
      Durability durability,
      int hashBitCount)
      throws IOException {
    this.clock = clock;
    this.device = device;
    this.storage = storage;
    this.hashBitCount = hashBitCount;
    work = new ManualWork(clock);
    PageStoreConfig flash =
        new PageStoreConfig(
            PAGE_BYTES, BUFFER_BYTES, 8, new StoreIdentity(new UUID(1, 2), 42), List.of());
    CacheConfig config =
        new CacheConfig(
            2 << 20, ITEM_BYTES_MAX, 42, flash, 0, Duration.ZERO, 1, Duration.ofSeconds(1), 0);
    cache =
        Cache.open(
            config,
            List.of(device),
            clock,
            work,
            Persistence.read(storage, bootId, durability),
            seed -> hashBitCount == 64 ? new KeyHash(seed) : KeyHash.weakened(seed, hashBitCount));
    session = cache.newSession(reads, new InlineExecutor());
  }

  /** One that outlives its process: RAM of 2 MiB, flash of {@code pageCount} pages of 256 KiB. */
  static CacheRig lasting(int pageCount) throws IOException {
    return new CacheRig(
        new ManualClock(),
        new MemoryDevice((long) pageCount * PAGE_BYTES),
        new MemoryStateStorage(),
        BOOT,
        Durability.KILL,
        64);
  }

  /** The process is killed; what it had in memory is gone, and what it still wants to do, too. */
  void kill() {
    MemoryStateStorage kept = storage;
    if (kept == null) {
      throw new IllegalStateException("nothing is kept");
    }
    kept.crash();
    killed = true;
  }

  /** Another process with the same device and notes, after {@link #kill} or {@link #close}. */
  CacheRig again() throws IOException {
    return againAfterBoot(BOOT, Durability.KILL);
  }

  /** As {@link #again}, with a clock that has been set back. */
  CacheRig againEarlier(long bySeconds) throws IOException {
    MemoryStateStorage kept = storage;
    if (kept == null) {
      throw new IllegalStateException("nothing is kept");
    }
    ManualClock earlier = new ManualClock(clock.unixSeconds() - bySeconds);
    return new CacheRig(
        earlier, flashDevice().snapshot(), kept, BOOT, Durability.KILL, hashBitCount);
  }

  /** As {@link #again}, on a machine that may have been restarted. */
  CacheRig againAfterBoot(UUID bootId, Durability durability) throws IOException {
    MemoryStateStorage kept = storage;
    if (kept == null) {
      throw new IllegalStateException("nothing is kept");
    }
    return new CacheRig(clock, flashDevice().snapshot(), kept, bootId, durability, hashBitCount);
  }

  /** Brings everything in RAM to flash and ends. */
  void stop() {
    settle();
    check();
    session.close();
    cache.beginStop();
    for (int i = 0; !cache.hasStopped(); i++) {
      assertThat(i).as("stops").isLessThan(1000);
      work.advance(Duration.ofMillis(20));
    }
    work.close();
    cache.close();
    killed = true;
  }

  /** RAM of 2 MiB, flash of {@code pageCount} pages of 256 KiB. */
  static CacheRig of(int pageCount) {
    return new CacheRig(2 << 20, pageCount, 1, 64, null, 0);
  }

  /** The same, which may write so much to flash. */
  static CacheRig withWriteBudget(int pageCount, long bytesPerSecond) {
    return new CacheRig(2 << 20, pageCount, 1, 64, null, bytesPerSecond);
  }

  static CacheRig of(int pageCount, int recacheRate, int hashBitCount, RandomGenerator order) {
    return new CacheRig(2 << 20, pageCount, recacheRate, hashBitCount, order, 0);
  }

  /** A device for each of {@code freeBuckets}, of so many pages; nothing is brought back to RAM. */
  static CacheRig kept(List<Bucket> freeBuckets, Integer... pageCounts) {
    return new CacheRig(2 << 20, List.of(pageCounts), freeBuckets, 0, 64, null, 0);
  }

  /** The flash tier at this moment. */
  StoreSnapshot flash() {
    StoreSnapshot flash = cache.snapshot().flash();
    if (flash == null) {
      throw new IllegalStateException("the rig has no flash");
    }
    return flash;
  }

  MemoryDevice flashDevice() {
    MemoryDevice present = device;
    if (present == null) {
      throw new IllegalStateException("the rig has no flash");
    }
    return present;
  }

  /** One request and what became of it. */
  static final class Call extends Request {
    final byte[] keyBytes;
    @Nullable Status status;
    byte @Nullable [] value;
    long casSeen;
    long expirySeen;
    boolean hitBefore;
    boolean stale;

    Call(Verb verb, String key) {
      this.verb = verb;
      this.keyBytes = key.getBytes(StandardCharsets.UTF_8);
      keyMemory = offHeap(keyBytes);
      keyLength = keyBytes.length;
    }

    Call value(byte[] bytes) {
      valueMemory = offHeap(bytes);
      valueLength = bytes.length;
      return this;
    }

    @Override
    public void answered(Status answer, ItemView item) {
      assertThat(status).as("answered once").isNull();
      status = answer;
      if (answer == Status.HIT || answer == Status.STORED || answer == Status.NUMBER) {
        value =
            item.memory()
                .asSlice(item.valueOffset(), item.valueLength())
                .toArray(ValueLayout.JAVA_BYTE);
        byte[] key =
            item.memory()
                .asSlice(item.keyOffset(), item.keyLength())
                .toArray(ValueLayout.JAVA_BYTE);
        assertThat(key).isEqualTo(keyBytes);
        casSeen = item.cas();
        expirySeen = item.expirySeconds();
        hitBefore = item.hitBefore();
        stale = item.stale();
      }
    }
  }

  private static MemorySegment offHeap(byte[] bytes) {
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  /** Starts a call and leaves reads and background work alone. */
  Call start(Call call) {
    session.execute(call);
    return call;
  }

  /** Carries a call out, with reads and as much background work as it needs. */
  Call run(Call call) {
    start(call);
    for (int i = 0; call.status == null; i++) {
      assertThat(i).as("calls end").isLessThan(100_000);
      if (!reads.completeNext()) {
        if (!work.runOne()) {
          work.advance(Duration.ofMillis(20));
        }
      }
    }
    return call;
  }

  /** Lets all background work come to rest. */
  void settle() {
    work.runUntilIdle();
  }

  /** Sets an item from another thread's session, without carrying on what this one is at. */
  Status setElsewhere(String key, byte[] value) {
    return runElsewhere(new Call(Verb.STORE, key).value(value));
  }

  /** Reads an item from another thread's session, without carrying on what this one is at. */
  Status readElsewhere(String key) {
    return runElsewhere(new Call(Verb.READ, key));
  }

  private Status runElsewhere(Call call) {
    ManualReadQueue otherReads = new ManualReadQueue();
    try (CacheSession other = cache.newSession(otherReads, new InlineExecutor())) {
      other.execute(call);
      otherReads.completeAll();
      return status(call);
    }
  }

  Status set(String key, byte[] value) {
    return status(run(new Call(Verb.STORE, key).value(value)));
  }

  Status set(String key, byte[] value, long expirySeconds) {
    Call call = new Call(Verb.STORE, key).value(value);
    call.expirySeconds = expirySeconds;
    return status(run(call));
  }

  Status store(StoreMode mode, String key, byte[] value) {
    Call call = new Call(Verb.STORE, key).value(value);
    call.mode = mode;
    return status(run(call));
  }

  byte @Nullable [] get(String key) {
    return read(key).value;
  }

  Call read(String key) {
    Call call = new Call(Verb.READ, key);
    call.wantsValue = true;
    return run(call);
  }

  Status delete(String key) {
    return status(run(new Call(Verb.DELETE, key)));
  }

  Call incr(String key, long delta) {
    Call call = new Call(Verb.ARITHMETIC, key);
    call.delta = delta;
    return run(call);
  }

  Call touch(String key, long expirySeconds) {
    Call call = new Call(Verb.READ, key);
    call.touches = true;
    call.expirySeconds = expirySeconds;
    return run(call);
  }

  static Status status(Call call) {
    Status status = call.status;
    if (status == null) {
      throw new IllegalStateException("not answered");
    }
    return status;
  }

  long count(CacheCounter counter) {
    return cache.snapshot().get(counter);
  }

  /** Everything that must hold whenever nothing is under way. */
  void check() {
    CacheSnapshot snapshot = cache.snapshot();
    Inventory inventory = cache.inventory();
    assertThat(inventory.problems()).isEmpty();
    assertThat(inventory.ramItemCount()).as("items in RAM").isEqualTo(snapshot.ramItemCount());
    assertThat(inventory.flashItemCount()).as("on flash").isEqualTo(snapshot.flashItemCount());
    assertThat(inventory.ramItemBytes()).as("bytes in RAM").isEqualTo(snapshot.ramItemBytes());
    assertThat(session.pendingCount()).as("requests pending").isZero();
    long explained = snapshot.get(CacheCounter.MISSES_COLD);
    for (CacheCounter reason :
        Arrays.stream(Departure.values()).map(Departure::missCounter).collect(toSet())) {
      explained += snapshot.get(reason);
    }
    assertThat(explained).as("misses by reason").isEqualTo(snapshot.get(CacheCounter.MISSES));
    assertThat(
            snapshot.get(CacheCounter.REFUSED_SMALL)
                + snapshot.get(CacheCounter.REFUSED_LARGE)
                + snapshot.get(CacheCounter.REFUSED_SHORT_LIVED)
                + snapshot.get(CacheCounter.REFUSED_OVER_BUDGET))
        .as("refusals by reason")
        .isLessThanOrEqualTo(snapshot.get(CacheCounter.EVICTED_FROM_RAM));
    StoreSnapshot flash = snapshot.flash();
    if (flash == null) {
      assertThat(snapshot.flashItemCount()).isZero();
      return;
    }
    assertThat(flash.pages().stream().mapToInt(PageSnapshot::leaseCount).sum())
        .as("leases not returned")
        .isZero();
    assertThat(snapshot.flashReadBytes()).as("read buffers lent").isZero();
    for (PageSnapshot page : flash.pages()) {
      Inventory.OnPage found = inventory.pages().get(page.id());
      assertThat(found == null ? 0 : found.bytes())
          .as("bytes of slots and twins on " + page)
          .isEqualTo(page.liveBytes());
    }
    if (flash.devices().getFirst().outOfService()) {
      return;
    }
    assertThat(flash.freePageCount())
        .isEqualTo(flash.pages().stream().filter(page -> page.state() == PageState.FREE).count());
  }

  @Override
  public void close() {
    if (killed) {
      return;
    }
    settle();
    check();
    session.close();
    work.close();
    cache.close();
  }
}
