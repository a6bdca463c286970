package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.Reservation;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import io.larder.testkit.MemoryDevice;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store on threads of its own is closed, and another one opened where it was. */
class OpenAgainTest {
  private static final int KIB = 1024;
  private static final String PREFIX = "open-again";

  private final MemoryDevice device = new MemoryDevice(8L * PageStoreRig.PAGE_BYTES);

  /** Opens a store, writes 100 records, and closes it as a program that ends would. */
  private void writeAndClose() {
    ThreadWork work = new ThreadWork(PREFIX);
    PageStore store =
        PageStore.open(
            new PageStoreConfig(
                PageStoreRig.PAGE_BYTES,
                PageStoreRig.BUFFER_BYTES,
                PageStoreRig.BUFFER_COUNT,
                PageStoreRig.IDENTITY),
            List.of(device),
            new SystemClock());
    store.start(work, new RecordingOwner(store));
    Reservation reservation = new Reservation();
    for (int i = 0; i < 100; i++) {
      while (store.reserve(Bucket.DEFAULT, KIB, i, reservation) != ReserveOutcome.RESERVED) {
        Thread.onSpinWait();
      }
      reservation.memory().asSlice(reservation.memoryOffset(), KIB).fill((byte) i);
      store.commit(reservation, KIB, 0);
    }
    store.finish();
    while (!store.isQuiet()) {
      Thread.onSpinWait();
    }
    work.close();
    store.close();
  }

  @Test
  @Timeout(30)
  void closingFlushesStopsEveryThreadAndLeavesTheDeviceToTheNext() {
    for (int i = 0; i < 3; i++) {
      writeAndClose();

      assertThat(Thread.getAllStackTraces().keySet())
          .as("threads that have stayed")
          .noneMatch(thread -> thread.getName().startsWith(PREFIX));
      for (int page = 0; page < 2; page++) {
        long start = (long) page * PageStoreRig.PAGE_BYTES;
        MemorySegment header = MemorySegment.ofArray(device.bytes(start, 4096));
        assertThat(HeaderLayout.isHeader(header, 0)).isTrue();
        MemorySegment trailer =
            MemorySegment.ofArray(
                device.bytes(
                    start + PageStoreRig.PAGE_BYTES - TrailerLayout.BYTES, TrailerLayout.BYTES));
        assertThat(
                TrailerLayout.belongsTo(
                    trailer, 0, new PageSite(1, page), HeaderLayout.version(header, 0)))
            .as("page " + page + " is sealed")
            .isTrue();
      }
      assertThat(device.bytes(4096, KIB)).as("the first record").containsOnly(0);
      assertThat(device.bytes(4096 + KIB, KIB)).as("the second record").containsOnly(1);
    }
  }
}
