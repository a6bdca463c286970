package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.write.BucketWriter;
import io.larder.engine.write.DirectoryChunks;
import io.larder.engine.write.Reservation;
import io.larder.engine.write.WriteBuffers;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import io.larder.testkit.LockOrder;
import io.larder.testkit.MemoryDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine's part of the order that {@code docs/locking.md} lists, under threads. */
class LockOrderTest {
  private static final int RECORD_BYTES = 3000;
  private static final int LOOK_COUNT_MIN = 300;
  private static final int LOOK_COUNT_MAX = 20_000;

  /** A device comes before everything: no lock of the engine is held while it works. */
  private static final Map<Class<?>, Integer> ORDER =
      Map.of(
          MemoryDevice.class, 1,
          BucketWriter.class, 2,
          Page.class, 3,
          FreePages.class, 4,
          WriteBuffers.class, 4,
          DirectoryChunks.class, 4);

  private final LockOrder order = new LockOrder(ORDER);
  private final AtomicBoolean stopped = new AtomicBoolean();

  @Test
  @Timeout(60)
  void monitorsAreTakenInTheWrittenOrderOnly() throws Exception {
    MemoryDevice device = new MemoryDevice(16L * PageStoreRig.PAGE_BYTES);
    PageStoreConfig config =
        new PageStoreConfig(
            PageStoreRig.PAGE_BYTES, PageStoreRig.BUFFER_BYTES, 8, PageStoreRig.IDENTITY);
    ThreadWork work = new ThreadWork("lock-order");
    PageStore store = PageStore.open(config, List.of(device), new SystemClock());
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      store.start(work, new IndifferentOwner());
      List<Future<?>> running = new ArrayList<>();
      for (Bucket bucket : List.of(Bucket.DEFAULT, Bucket.DEFAULT, Bucket.LOWTTL)) {
        running.add(threads.submit(() -> write(store, bucket)));
      }
      for (int i = 0; i < 2; i++) {
        long seed = i;
        running.add(threads.submit(() -> read(store, new SplittableRandom(seed))));
      }
      for (int looks = 0;
          looks < LOOK_COUNT_MAX
              && (looks < LOOK_COUNT_MIN || !order.seen().contains("BucketWriter > Page"));
          looks++) {
        order.look();
      }
      stopped.set(true);
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      stopped.set(true);
      work.close();
    }
    store.close();

    assertThat(order.wrong()).isEmpty();
    assertThat(order.seen()).as("what the samples are about").contains("BucketWriter > Page");
  }

  private void write(PageStore store, Bucket bucket) {
    Reservation reservation = new Reservation();
    while (!stopped.get()) {
      if (store.reserve(bucket, RECORD_BYTES, 1, reservation) != ReserveOutcome.RESERVED) {
        Thread.onSpinWait();
      } else if (reservation.offsetUnits() % 5 == 0) {
        store.abandon(reservation, 0);
      } else {
        store.commit(reservation, RECORD_BYTES, 0);
      }
    }
  }

  private void read(PageStore store, SplittableRandom random) {
    MemorySegment target = Arena.ofAuto().allocate(PageStoreRig.BUFFER_BYTES);
    while (!stopped.get()) {
      Page page = store.page(random.nextInt(store.pageCount()));
      if (page.lease()) {
        page.readUnflushed(
            random.nextInt(PageStoreRig.PAGE_BYTES), PageStoreRig.BUFFER_BYTES, target);
        if (page.release()) {
          store.readListener().lastLeaseReturned(page);
        }
      }
    }
  }

  /** Keeps no addresses, so that there is nothing to let go of. */
  private static final class IndifferentOwner implements PageOwner {
    @Override
    public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
      return true;
    }

    @Override
    public void leaveUnread(int pageId, GiveUpReason reason) {}
  }

  // ------------------------------------------------------------------ that it can fail

  private final Page page = newPage(0);
  private final Page other = newPage(1);
  private final FreePages freePages = new FreePages(List.of());
  private final CountDownLatch taken = new CountDownLatch(1);
  private final CountDownLatch seen = new CountDownLatch(1);

  private static Page newPage(int id) {
    return new Page(id, 0, Bucket.DEFAULT, new MemoryDevice(1 << 20), 0, new PageSite(1, id));
  }

  private void holding(Object lock, Runnable inside) {
    synchronized (lock) {
      inside.run();
    }
  }

  private void waitUntilSeen() {
    taken.countDown();
    try {
      seen.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void lookWhile(Object outer, Object inner) throws InterruptedException {
    Thread thread = new Thread(() -> holding(outer, () -> holding(inner, this::waitUntilSeen)));
    thread.start();
    taken.await();
    order.look();
    seen.countDown();
    thread.join();
  }

  @Test
  @Timeout(10)
  void monitorTakenInsideOneThatComesLaterIsFound() throws InterruptedException {
    lookWhile(freePages, page);

    assertThat(order.wrong()).containsExactly("FreePages > Page");
  }

  @Test
  @Timeout(10)
  void twoMonitorsOfOneKindAreFound() throws InterruptedException {
    lookWhile(page, other);

    assertThat(order.wrong()).containsExactly("Page > Page");
  }

  @Test
  @Timeout(10)
  void sameMonitorTakenTwiceAndTheRightOrderAreInOrder() throws InterruptedException {
    lookWhile(page, freePages);

    assertThat(order.seen()).containsExactly("Page > FreePages");
    assertThat(order.wrong()).isEmpty();
  }

  @Test
  @Timeout(10)
  void monitorThatIsOnlyWaitedForIsFoundToo() throws InterruptedException {
    Thread thread = new Thread(() -> holding(freePages, () -> holding(page, () -> {})));
    synchronized (page) {
      thread.start();
      while (thread.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
      order.look();
    }
    thread.join();

    assertThat(order.wrong()).containsExactly("FreePages > Page");
  }
}
