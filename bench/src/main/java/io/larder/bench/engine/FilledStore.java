package io.larder.bench.engine;

import io.larder.bench.model.Mix;
import io.larder.bench.report.Measure;
import io.larder.engine.PageStore;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.LatencySnapshot;
import io.larder.engine.write.Reservation;
import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.IoEngine;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A store on a new file, filled once with numbered records.
 *
 * <p><b>Life.</b> {@link #create}, {@link #fill}, reads, {@link #close}, which removes the file.
 *
 * <p><b>Threads.</b> Filled and closed by one; afterwards any may ask where records are.
 */
public final class FilledStore implements AutoCloseable {
  private static final int WRITE_BUFFER_COUNT = 8;
  private static final long WAIT_NANOS_MAX = 1_000_000;
  private static final int UNIT_BITS = 20;
  private static final int UNIT_MASK = (1 << UNIT_BITS) - 1;

  private final Path file;
  private final StoreSize size;
  private final Device device;
  private final ThreadWork work;
  private final PageStore store;
  private final BenchRecord record;

  /** Page and units of each record. */
  private final long[] addresses;

  private FilledStore(Path file, StoreSize size, Device device) {
    this.file = file;
    this.size = size;
    this.device = device;
    this.record = new BenchRecord(size.recordBytes());
    this.addresses = new long[size.recordCount()];
    this.work = new ThreadWork("larder-bench");
    this.store =
        PageStore.open(
            new PageStoreConfig(
                size.pageBytes(),
                StoreSize.WRITE_BUFFER_BYTES,
                WRITE_BUFFER_COUNT,
                new StoreIdentity(new UUID(1, 2), 1)),
            List.of(device),
            new SystemClock());
    store.start(work, new Nobody());
  }

  /** An empty store on a file that does not exist yet. */
  public static FilledStore create(Path file, StoreSize size, IoEngine<?> engine)
      throws IOException {
    Device device =
        engine.open(new DeviceSpec(file, size.fileBytes()), HeaderLayout::looksLikeOurs);
    try {
      return new FilledStore(file, size, device);
    } catch (RuntimeException e) {
      device.close();
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** Appends every record and waits until the device has taken all of them. */
  public Measure fill() {
    Thread appending = Thread.currentThread();
    store.wakes(() -> LockSupport.unpark(appending));
    long cpu = Cpu.processNanos();
    long start = System.nanoTime();
    Reservation reservation = new Reservation();
    for (int number = 0; number < addresses.length; number++) {
      append(number, reservation);
    }
    store.finish();
    while (!isAtRest()) {
      LockSupport.parkNanos(WAIT_NANOS_MAX);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpuSeconds = (Cpu.processNanos() - cpu) / 1e9;
    long bytes = (long) addresses.length * size.recordBytes();
    LatencySnapshot writes = store.snapshot().devices().getFirst().counts().writeLatency();
    return new Measure(
        addresses.length, bytes, seconds, cpuSeconds, writes.p50Micros(), writes.p99Micros(), 0);
  }

  private void append(int number, Reservation reservation) {
    long keyHash = Mix.of(number);
    while (true) {
      ReserveOutcome outcome =
          store.reserve(Bucket.DEFAULT, size.recordBytes(), keyHash, reservation);
      if (outcome == ReserveOutcome.RESERVED) {
        break;
      }
      if (outcome != ReserveOutcome.NO_BUFFER) {
        throw new IllegalStateException(outcome + " at record " + number + ": " + store.snapshot());
      }
      LockSupport.parkNanos(WAIT_NANOS_MAX);
    }
    record.write(reservation.memory(), reservation.memoryOffset(), number);
    addresses[number] = (long) reservation.pageId() << UNIT_BITS | reservation.offsetUnits();
    if (!store.commit(reservation, size.recordBytes(), 0)) {
      throw new IllegalStateException("the device refused the page of record " + number);
    }
  }

  private boolean isAtRest() {
    return store.isQuiet()
        && store.snapshot().pages().stream().noneMatch(page -> page.state() == PageState.OPEN);
  }

  PageStore store() {
    return store;
  }

  BenchRecord record() {
    return record;
  }

  int recordBytes() {
    return size.recordBytes();
  }

  int recordCount() {
    return addresses.length;
  }

  int pageOf(int number) {
    return (int) (addresses[number] >>> UNIT_BITS);
  }

  int offsetOf(int number) {
    return (int) (addresses[number] & UNIT_MASK) * store.geometry().unitBytes();
  }

  /** Whether the page cache is bypassed. */
  public boolean isDirect() {
    return device.isDirect();
  }

  public Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    work.close();
    store.close();
    try {
      device.close();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** No page is given up here: there are free ones to the end. */
  private static final class Nobody implements PageOwner {
    @Override
    public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
      throw new IllegalStateException("page " + sweep.pageId() + " is given up");
    }

    @Override
    public void leaveUnread(int pageId, GiveUpReason reason) {
      throw new IllegalStateException("page " + pageId + " is given up: " + reason);
    }
  }
}
