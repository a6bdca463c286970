package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.index.Shard;
import io.larder.cache.model.ForeseenKeys;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.ram.RamBudget;
import io.larder.cache.ram.RamLog;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.BucketWriter;
import io.larder.engine.write.DirectoryChunks;
import io.larder.engine.write.WriteBuffers;
import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.PoolIoEngine;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import io.larder.testkit.LockOrder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several threads on one cache, with real background work and a real file, that check every value.
 *
 * <p>A value names its key and a number that its writer counts up. Keys of a thread's own must show
 * the last number or nothing; shared keys must show a value that is whole and theirs.
 */
class SessionsInThreadsTest {
  /** As {@code docs/locking.md} lists it. */
  private static final Map<Class<?>, Integer> ORDER =
      Map.of(
          Shard.class, 1,
          RamLog.class, 2,
          BucketWriter.class, 2,
          Page.class, 3,
          FreePages.class, 4,
          WriteBuffers.class, 4,
          DirectoryChunks.class, 4,
          RamBudget.class, 4);

  private static final int THREAD_COUNT = 4;
  private static final int OWN_KEY_COUNT = 3000;
  private static final int SHARED_KEY_COUNT = 500;
  private static final Duration SHORT = Duration.ofSeconds(3);

  @TempDir Path folder;

  @Test
  void noThreadEverSeesAWrongValue() throws Exception {
    long millis = Long.getLong("larder.stress.seconds", SHORT.toSeconds()) * 1000;
    try (PoolIoEngine io = new PoolIoEngine("test", "test-read", 8);
        Device device =
            io.open(
                new DeviceSpec(folder.resolve("flash"), 24 << 20), HeaderLayout::looksLikeOurs)) {
      ThreadWork work = new ThreadWork("test");
      PageStoreConfig flash =
          new PageStoreConfig(1 << 20, 256 * 1024, 8, new StoreIdentity(new UUID(1, 2), 7));
      CacheConfig config =
          new CacheConfig(
              4 << 20, 128 * 1024, 7, flash, 0, Duration.ZERO, 1, Duration.ofSeconds(1), 0);
      try (Cache cache = Cache.open(config, List.of(device), new SystemClock(), work)) {
        LockOrder order = new LockOrder(ORDER);
        // What it sees is a sample, and on a busy machine a small one.
        for (int round = 0; round < 20 && order.seen().isEmpty(); round++) {
          hammer(cache, io, millis, order, round * THREAD_COUNT);
        }
        assertThat(order.wrong()).isEmpty();
        assertThat(order.seen()).as("nested locks").isNotEmpty();
        waitForQuiet(cache);
        work.close();
        checkBooks(cache);
      } finally {
        work.close();
      }
    }
  }

  private static void hammer(
      Cache cache, PoolIoEngine io, long millis, LockOrder order, int firstClient)
      throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREAD_COUNT)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREAD_COUNT; i++) {
        int number = firstClient + i;
        running.add(threads.submit(() -> new Client(number, cache, io).run(millis)));
      }
      while (!running.stream().allMatch(Future::isDone)) {
        order.look();
        Thread.sleep(5);
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  private static void waitForQuiet(Cache cache) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      CacheSnapshot snapshot = cache.snapshot();
      boolean moving =
          snapshot.flash() != null
              && snapshot.flash().pages().stream().anyMatch(PageSnapshot::givingUp)
              && i < 100;
      if (!moving) {
        return;
      }
      Thread.sleep(10);
    }
  }

  private static void checkBooks(Cache cache) {
    CacheSnapshot snapshot = cache.snapshot();
    assertThat(snapshot.flash()).isNotNull();
    if (snapshot.flash() != null) {
      assertThat(snapshot.flash().pages()).allMatch(page -> page.leaseCount() == 0);
      assertThat(snapshot.flash().liveCount()).isGreaterThanOrEqualTo(snapshot.flashItemCount());
    }
    assertThat(snapshot.flashReadBytes()).isZero();
    assertThat(snapshot.get(CacheCounter.CHECKSUM_FAILURES)).isZero();
    assertThat(snapshot.get(CacheCounter.FLASH_HITS)).isPositive();
    assertThat(cache.get(EngineCounter.PAGE_EVICTIONS) + cache.get(EngineCounter.PAGE_COMPACTIONS))
        .as("pages given up with live records")
        .isPositive();
  }

  private static final class Client {
    private final int number;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Cache cache;
    private final PoolIoEngine io;
    private final long[] latest = new long[OWN_KEY_COUNT];
    private final SplittableRandom random;
    private final ForeseenKeys foreseen = new ForeseenKeys();

    Client(int number, Cache cache, PoolIoEngine io) {
      this.number = number;
      this.cache = cache;
      this.io = io;
      this.random = new SplittableRandom(number);
    }

    Void run(long millis) throws InterruptedException {
      try (ReadQueue reads = io.newReadQueue(tasks::add);
          CacheSession session = cache.newSession(reads, tasks::add);
          Arena arena = Arena.ofConfined()) {
        Call call = new Call(arena);
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
          if (random.nextInt(4) == 0) {
            shared(session, call);
          } else {
            own(session, call);
          }
        }
      }
      return null;
    }

    private void execute(CacheSession session, Call call) throws InterruptedException {
      call.status = null;
      foreseen.clear(call.keyMemory);
      foreseen.add(call.keyOffset, call.keyLength);
      session.foresee(foreseen);
      session.execute(call);
      while (call.status == null) {
        Runnable task = tasks.poll(20, TimeUnit.SECONDS);
        assertThat(task).as("an answer within 20 seconds").isNotNull();
        if (task != null) {
          task.run();
        }
      }
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    }

    private void own(CacheSession session, Call call) throws InterruptedException {
      int index = random.nextInt(OWN_KEY_COUNT);
      String key = "own-" + number + "-" + index;
      int draw = random.nextInt(10);
      if (draw < 4) {
        long next = Math.abs(latest[index]) + 1;
        call.store(key, next, size(index));
        execute(session, call);
        assertThat(call.status).isEqualTo(Status.STORED);
        latest[index] = next;
      } else if (draw == 4) {
        call.key(key, Verb.DELETE);
        execute(session, call);
        if (latest[index] <= 0) {
          assertThat(call.status).as("delete of deleted " + key).isEqualTo(Status.NOT_FOUND);
        }
        latest[index] = -Math.abs(latest[index]);
      } else {
        call.key(key, Verb.READ);
        execute(session, call);
        if (call.status == Status.HIT) {
          assertThat(call.seen).as("number in " + key).isEqualTo(latest[index]);
        } else {
          latest[index] = -Math.abs(latest[index]);
        }
      }
    }

    private void shared(CacheSession session, Call call) throws InterruptedException {
      int index = random.nextInt(SHARED_KEY_COUNT);
      String key = "shared-" + index;
      int draw = random.nextInt(10);
      if (draw < 3) {
        call.store(key, random.nextLong(1L << 40), size(index));
        call.mode = StoreMode.values()[random.nextInt(3)];
      } else if (draw == 3) {
        call.key(key, Verb.DELETE);
      } else {
        call.key(key, Verb.READ);
        call.touches = draw == 4;
      }
      execute(session, call);
    }

    private static int size(int index) {
      return 16 + (index * 37) % 5000;
    }
  }

  /** A value: the key's hash, a number, and a pattern that both of them decide. */
  private static final class Call extends Request {
    private final MemorySegment keyBytes;
    private final MemorySegment valueBytes;
    private String name = "";
    @Nullable Status status;
    long seen;

    Call(Arena arena) {
      keyBytes = arena.allocate(250);
      valueBytes = arena.allocate(128 * 1024, 8);
    }

    void key(String key, Verb asked) {
      reset();
      verb = asked;
      name = key;
      keyMemory = keyBytes;
      keyLength = key.length();
      for (int i = 0; i < keyLength; i++) {
        keyBytes.set(ValueLayout.JAVA_BYTE, i, (byte) key.charAt(i));
      }
    }

    void store(String key, long number, int length) {
      key(key, Verb.STORE);
      valueMemory = valueBytes;
      valueLength = length;
      valueBytes.set(ValueLayout.JAVA_LONG, 0, key.hashCode());
      valueBytes.set(ValueLayout.JAVA_LONG, 8, number);
      byte pattern = (byte) (key.hashCode() + number);
      valueBytes.asSlice(16, length - 16).fill(pattern);
    }

    @Override
    public void answered(Status answer, ItemView item) {
      if (answer == Status.HIT) {
        MemorySegment value = item.memory().asSlice(item.valueOffset(), item.valueLength());
        ValueLayout.OfLong unaligned = ValueLayout.JAVA_LONG_UNALIGNED;
        assertThat(value.get(unaligned, 0)).as("key in " + name).isEqualTo(name.hashCode());
        seen = value.get(unaligned, 8);
        byte pattern = (byte) (name.hashCode() + seen);
        for (long i = 16; i < value.byteSize(); i++) {
          if (value.get(ValueLayout.JAVA_BYTE, i) != pattern) {
            throw new AssertionError("byte " + i + " of " + name);
          }
        }
      }
      status = answer;
    }
  }
}
