package io.larder.bench.micro;

import io.larder.cache.Cache;
import io.larder.cache.CacheConfig;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import io.larder.testkit.InlineExecutor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A get that hits RAM, from the key's bytes to the value in the caller's buffer. With {@code -prof
 * gc} it has to show 0 bytes for each operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RamGetBench implements AutoCloseable {
  private static final int ITEM_COUNT = 1024;
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 1024;

  private final Arena arena = Arena.ofShared();
  private final ThreadWork work = new ThreadWork("get-bench");
  private final Cache cache =
      Cache.open(CacheConfig.ofRam(64 << 20), List.of(), new SystemClock(), work);
  private final CacheSession session = cache.newSession(null, new InlineExecutor());
  private final MemorySegment keys = arena.allocate((long) ITEM_COUNT * KEY_BYTES);
  private final MemorySegment target = arena.allocate(VALUE_BYTES);
  private final Copying request = new Copying();
  private int next;

  /** Stores all items. */
  @Setup
  public void fill() {
    request.keyMemory = keys;
    request.keyLength = KEY_BYTES;
    request.valueMemory = target;
    request.valueLength = VALUE_BYTES;
    request.mode = StoreMode.SET;
    request.verb = Verb.STORE;
    for (int i = 0; i < ITEM_COUNT; i++) {
      byte[] key = "key-%012d".formatted(i).getBytes(StandardCharsets.US_ASCII);
      request.keyOffset = (long) i * KEY_BYTES;
      MemorySegment.copy(key, 0, keys, ValueLayout.JAVA_BYTE, request.keyOffset, KEY_BYTES);
      session.execute(request);
      if (request.status != Status.STORED) {
        throw new IllegalStateException("item " + i + " was not stored: " + request.status);
      }
    }
    request.verb = Verb.READ;
    request.wantsValue = true;
  }

  /** One of the items, in turn; the answer is a hit. */
  @Benchmark
  public Status get() {
    next = (next + 1) & (ITEM_COUNT - 1);
    request.keyOffset = (long) next * KEY_BYTES;
    session.execute(request);
    return request.status;
  }

  @Override
  @TearDown
  public void close() {
    session.close();
    work.close();
    cache.close();
    arena.close();
  }

  /** Copies the value, as a reply does. */
  private final class Copying extends Request {
    Status status = Status.MISS;

    @Override
    public void answered(Status answer, ItemView item) {
      status = answer;
      if (answer == Status.HIT) {
        MemorySegment.copy(
            item.memory(),
            item.valueOffset(),
            target,
            0,
            Math.min(VALUE_BYTES, item.valueLength()));
      }
    }
  }
}
