package io.larder.bench.micro;

import io.larder.engine.PageStore;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.Reservation;
import io.larder.platform.device.Device;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
 * A record reserved, copied and committed, on a device that takes everything at once and keeps
 * nothing: what appending costs the one who appends, reclaim of whole pages included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AppendBench implements AutoCloseable {
  private static final int PAGE_BYTES = 16 << 20;
  private static final int BUFFER_BYTES = 4 << 20;
  private static final int RECORD_BYTES_MAX = 4096;

  @Param({"100", "1024", "4096"})
  int recordBytes;

  private final ThreadWork work = new ThreadWork("append-bench");
  private final PageStore store =
      PageStore.open(
          new PageStoreConfig(PAGE_BYTES, BUFFER_BYTES, 8, new StoreIdentity(new UUID(1, 2), 1)),
          List.of(new Sink()),
          new SystemClock());
  private final Reservation reservation = new Reservation();
  private final byte[] record = new byte[RECORD_BYTES_MAX];
  private long keyHash;

  /** Starts the store's background work. */
  @Setup
  public void start() {
    store.start(work, new Forgetful());
  }

  /** One record; waits, spinning, where the write buffers are all on their way. */
  @Benchmark
  public boolean reserveAndCommit() {
    while (store.reserve(Bucket.DEFAULT, recordBytes, ++keyHash, reservation)
        != ReserveOutcome.RESERVED) {
      Thread.onSpinWait();
    }
    MemorySegment.copy(
        record,
        0,
        reservation.memory(),
        ValueLayout.JAVA_BYTE,
        reservation.memoryOffset(),
        recordBytes);
    return store.commit(reservation, recordBytes, 0);
  }

  @Override
  @TearDown
  public void close() {
    work.close();
    store.close();
  }

  /** Lets everything go. */
  private final class Forgetful implements PageOwner {
    @Override
    public boolean leave(PageSweep sweep, long hash, int offsetUnits, int lengthUnits) {
      store.forget(sweep.pageId(), offsetUnits, recordBytes);
      return true;
    }

    @Override
    public void leaveUnread(int pageId, GiveUpReason reason) {}
  }

  /** Takes what is written and has zeros to read. */
  private static final class Sink implements Device {
    @Override
    public String name() {
      return "sink";
    }

    @Override
    public long sizeBytes() {
      return 32L * PAGE_BYTES;
    }

    @Override
    public int blockSizeBytes() {
      return 512;
    }

    @Override
    public boolean isDirect() {
      return true;
    }

    @Override
    public void write(ByteBuffer source, long offsetBytes) {
      source.position(source.limit());
    }

    @Override
    public void read(ByteBuffer target, long offsetBytes) {
      while (target.hasRemaining()) {
        target.put((byte) 0);
      }
    }

    @Override
    public void close() {}
  }
}
