package io.larder.bench.replay;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.stats.EngineCounter;
import io.larder.platform.device.Device;
import io.larder.testkit.InlineExecutor;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualReadQueue;
import io.larder.testkit.ManualWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The production cache, in one thread on a clock of its own: background work comes to rest between
 * two requests, so the same trace is the same run.
 */
public final class PlayedLarder implements PlayedCache {
  /** Least flash that can be cut into pages. */
  public static final long FLASH_BYTES_MIN = 4 << 20;

  private static final int PAGE_BYTES_MIN = 256 * 1024;
  private static final int PAGE_BYTES_MAX = 64 << 20;
  private static final int PAGES_WANTED = 256;
  private static final int WRITE_BUFFER_BYTES_MAX = 4 << 20;
  private static final int WRITE_BUFFER_COUNT = 16;
  private static final long HASH_SEED = 42;
  private static final Duration WAIT = Duration.ofMillis(10);

  /** A request that waited this often will wait for ever. */
  private static final int WAIT_COUNT_MAX = 100_000;

  private static final int KEY_BYTES_MAX = 250;

  private final ManualClock clock = new ManualClock();
  private final long startSeconds = clock.unixSeconds();
  private final ManualWork work = new ManualWork(clock);
  private final ManualReadQueue reads = new ManualReadQueue();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment keyMemory = arena.allocate(KEY_BYTES_MAX);
  private final MemorySegment zeros;
  private final byte[] digits = new byte[KEY_BYTES_MAX];
  private final int[] keyLengths;
  private final Cache cache;
  private final CacheSession session;
  private final Call call = new Call();
  private long refusedCount;

  /**
   * An empty cache.
   *
   * @param flashBytes 0 = RAM is all there is
   * @param sizes of the keys that will be asked for
   */
  public PlayedLarder(long ramBytes, long flashBytes, ItemSizes sizes) {
    this.keyLengths = sizes.keyLengths();
    PageStoreConfig flash = flashBytes == 0 ? null : flashOf(flashBytes);
    int itemBytesMax = itemBytesMax(ramBytes, flash);
    CacheConfig usual =
        flash == null ? CacheConfig.ofRam(ramBytes) : CacheConfig.ofRamAndFlash(ramBytes, flash);
    CacheConfig config =
        new CacheConfig(
            ramBytes,
            itemBytesMax,
            usual.hashSeed(),
            flash,
            usual.flashItemBytesMin(),
            usual.lowTtl(),
            usual.recacheRate(),
            usual.maxWait(),
            usual.writeBudgetBytesPerSecond());
    List<Device> devices = flash == null ? List.of() : List.of(new SparseDevice(flashBytes));
    cache = Cache.open(config, devices, clock, work);
    session = cache.newSession(reads, new InlineExecutor());
    zeros = arena.allocate(itemBytesMax);
  }

  /** Pages as a server would cut them, only smaller where the flash is. */
  private static PageStoreConfig flashOf(long flashBytes) {
    long wanted = Math.clamp(flashBytes / PAGES_WANTED, PAGE_BYTES_MIN, PAGE_BYTES_MAX);
    int pageBytes = (int) Long.highestOneBit(wanted);
    int bufferBytes = Math.min(WRITE_BUFFER_BYTES_MAX, pageBytes / 4);
    return new PageStoreConfig(
        pageBytes, bufferBytes, WRITE_BUFFER_COUNT, new StoreIdentity(new UUID(1, 2), HASH_SEED));
  }

  private static int itemBytesMax(long ramBytes, @Nullable PageStoreConfig flash) {
    long max = Math.min(ramBytes / 4, Integer.MAX_VALUE / 2);
    return (int)
        (flash == null ? max : Math.min(max, PageGeometry.of(flash.pageBytes()).recordBytesMax()));
  }

  /** The one request there is at a time. */
  private static final class Call extends Request {
    @Nullable Status status;

    @Override
    public void answered(Status answer, ItemView item) {
      status = answer;
    }

    Call begin(Verb wanted) {
      reset();
      status = null;
      verb = wanted;
      return this;
    }
  }

  @Override
  public void passTo(int seconds) {
    long ahead = startSeconds + seconds - clock.unixSeconds();
    if (ahead > 0) {
      clock.advanceSeconds(ahead);
    }
  }

  @Override
  public boolean read(int key) {
    call.begin(Verb.READ);
    call.wantsValue = true;
    return run(key) == Status.HIT;
  }

  @Override
  public void store(int key, int keyLength, int valueBytes, int lifeSeconds) {
    if (valueBytes > zeros.byteSize()) {
      refusedCount++;
      delete(key);
      return;
    }
    call.begin(Verb.STORE);
    call.valueMemory = zeros;
    call.valueLength = valueBytes;
    call.expirySeconds = lifeSeconds == 0 ? 0 : clock.unixSeconds() + lifeSeconds;
    if (run(key) == Status.TOO_LARGE) {
      refusedCount++;
    }
  }

  @Override
  public void delete(int key) {
    call.begin(Verb.DELETE);
    run(key);
  }

  private Status run(int key) {
    int length = writeKey(key);
    call.keyMemory = keyMemory;
    call.keyLength = length;
    session.execute(call);
    for (int i = 0; call.status == null; i++) {
      if (i > WAIT_COUNT_MAX) {
        throw new IllegalStateException("a request waits for ever: " + cache.snapshot());
      }
      if (!reads.completeNext() && !work.runOne()) {
        work.advance(WAIT);
      }
    }
    work.runUntilIdle();
    Status status = call.status;
    return status == null ? Status.MISS : status;
  }

  /** The key's number in decimal, with zeros before it. */
  private int writeKey(int key) {
    int length = keyLengths[key];
    Arrays.fill(digits, 0, length, (byte) '0');
    int at = length;
    for (int rest = key; rest > 0; rest /= 10) {
      digits[--at] = (byte) ('0' + rest % 10);
    }
    MemorySegment.copy(digits, 0, keyMemory, ValueLayout.JAVA_BYTE, 0, length);
    return length;
  }

  @Override
  public long itemCount() {
    return cache.snapshot().itemCount();
  }

  /** Stores that were refused because the item was too large. */
  public long refusedCount() {
    return refusedCount;
  }

  /** Bytes written to flash, directories and padding included. */
  public long flashBytesWritten() {
    return cache.get(EngineCounter.DEVICE_BYTES_WRITTEN);
  }

  /** Bytes written to the device for each byte of a record written; 0 before the first. */
  public double writeAmplification() {
    StoreSnapshot flash = cache.snapshot().flash();
    return flash == null ? 0 : flash.writeAmplification();
  }

  public long count(CacheCounter counter) {
    return cache.snapshot().get(counter);
  }

  @Override
  public void close() {
    work.runUntilIdle();
    session.close();
    work.close();
    cache.close();
    arena.close();
  }
}
