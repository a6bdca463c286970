package io.larder.bench.micro;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Durability;
import io.larder.engine.restart.Persistence;
import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.PoolIoEngine;
import io.larder.platform.state.BootId;
import io.larder.platform.state.FileStateStorage;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import io.larder.uring.FallocatedSpace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What it costs that flash survives the end of the process: changes of items on flash with no notes
 * taken, with notes that survive a kill, and with notes that survive a loss of power.
 *
 * <p>Keys are changed in turn, and RAM holds the last few of them only, so each change finds its
 * item on flash and leaves one tombstone; something else is demoted for it, as always. Files are in
 * the folder for temporary files.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class TombstoneBench implements AutoCloseable {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 100;
  private static final long RAM_BYTES = 32 << 20;
  private static final int PAGE_BYTES = 4 << 20;
  private static final int FLASH_BYTES_PER_ITEM = 512;
  private static final int PAGE_COUNT_MIN = 16;

  @Param({"1000000"})
  int itemCount;

  /** Which notes are taken: none, or such that survive KILL or POWER. */
  @Param({"none", "kill", "power"})
  String notes = "none";

  private final Arena arena = Arena.ofShared();
  private final MemorySegment key = arena.allocate(KEY_BYTES);
  private final MemorySegment value = arena.allocate(VALUE_BYTES);
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Call call = new Call();
  private @Nullable Opened opened;
  private int next;

  /** Everything that is there between set-up and end. */
  private record Opened(
      Path folder,
      PoolIoEngine engine,
      Device device,
      ThreadWork work,
      Cache cache,
      CacheSession session) {}

  /** Opens a cache and stores every item once. */
  @Setup
  public void fill() throws IOException {
    Path folder = Files.createTempDirectory("larder-tombstones-");
    PoolIoEngine engine = new PoolIoEngine("asked for", "bench", 1, FallocatedSpace.orWritten());
    long pageCount = Math.max(PAGE_COUNT_MIN, (long) itemCount * FLASH_BYTES_PER_ITEM / PAGE_BYTES);
    Device device =
        engine.open(
            new DeviceSpec(folder.resolve("flash"), pageCount * PAGE_BYTES), header -> false);
    PageStoreConfig flash =
        new PageStoreConfig(PAGE_BYTES, 1 << 20, 8, new StoreIdentity(new UUID(1, 2), 1));
    CacheConfig config = CacheConfig.ofRamAndFlash(RAM_BYTES, flash);
    ThreadWork work = new ThreadWork("tombstone-bench");
    Cache cache = open(config, device, work, folder);
    CacheSession session = cache.newSession(engine.newReadQueue(tasks::add), tasks::add);
    opened = new Opened(folder, engine, device, work, cache, session);
    call.keyMemory = key;
    call.keyLength = KEY_BYTES;
    for (int i = 0; i < itemCount; i++) {
      set();
    }
  }

  private Cache open(CacheConfig config, Device device, ThreadWork work, Path folder)
      throws IOException {
    if (notes.equals("none")) {
      return Cache.open(config, List.of(device), new SystemClock(), work);
    }
    Durability durability = Durability.valueOf(notes.toUpperCase(Locale.ROOT));
    Persistence persistence =
        Persistence.read(
            new FileStateStorage(folder.resolve("state")), BootId.current(), durability);
    return Cache.open(config, List.of(device), new SystemClock(), work, persistence);
  }

  /** The item that was changed the longest time ago gets a new value. */
  @Benchmark
  public Status set() {
    next = next + 1 == itemCount ? 0 : next + 1;
    return store();
  }

  /** It is deleted, which is the change that is noted, and stored again, which needs no note. */
  @Benchmark
  public Status deleteAndSet() {
    next = next + 1 == itemCount ? 0 : next + 1;
    writeKey();
    call.verb = Verb.DELETE;
    run();
    return store();
  }

  private Status store() {
    writeKey();
    call.verb = Verb.STORE;
    call.mode = StoreMode.SET;
    call.valueMemory = value;
    call.valueLength = VALUE_BYTES;
    return run();
  }

  private void writeKey() {
    byte[] text = "key-%012d".formatted(next).getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(text, 0, key, ValueLayout.JAVA_BYTE, 0, KEY_BYTES);
  }

  private Status run() {
    Opened present = present();
    call.status = null;
    present.session.execute(call);
    while (true) {
      Status status = call.status;
      if (status != null) {
        return status;
      }
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a change waits", e);
      }
    }
  }

  private Opened present() {
    Opened present = opened;
    if (present == null) {
      throw new IllegalStateException("not filled yet");
    }
    return present;
  }

  @Override
  @TearDown
  public void close() throws IOException {
    Opened present = present();
    present.session.close();
    present.work.close();
    present.cache.close();
    present.device.close();
    present.engine.close();
    arena.close();
    try (var files = Files.list(present.folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(present.folder);
  }

  private static final class Call extends Request {
    @Nullable Status status;

    @Override
    public void answered(Status answer, ItemView item) {
      status = answer;
    }
  }
}
