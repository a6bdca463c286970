package io.larder.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.testkit.MemoryDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Readers lease and release a page while it is closed: it is freed once, and never under them. */
class PageInThreadsTest {
  private static final int READER_COUNT = 3;
  private static final int LIFE_COUNT = 200;

  private final Page page =
      new Page(0, 0, Bucket.DEFAULT, new MemoryDevice(1 << 20), 0, new PageSite(1, 0));
  private final AtomicBoolean inUse = new AtomicBoolean();
  private final AtomicInteger freedCount = new AtomicInteger();
  private final AtomicInteger leasesOnFreePages = new AtomicInteger();
  private final CyclicBarrier barrier = new CyclicBarrier(READER_COUNT + 1);

  @Test
  void everyLifeEndsOnceAndNeverUnderAReader() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(READER_COUNT)) {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < READER_COUNT; i++) {
        readers.add(threads.submit(this::readAllLives));
      }
      for (int life = 1; life <= LIFE_COUNT; life++) {
        page.claim(life, Bucket.DEFAULT, life);
        page.seal();
        inUse.set(true);
        barrier.await();
        if (page.close()) {
          freed();
        }
        barrier.await();
        assertThat(page.state()).as("life " + life).isEqualTo(PageState.FREE);
        assertThat(freedCount).as("life " + life).hasValue(life);
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    assertThat(leasesOnFreePages).hasValue(0);
  }

  private Void readAllLives() throws Exception {
    for (int life = 1; life <= LIFE_COUNT; life++) {
      barrier.await();
      while (page.lease()) {
        if (!inUse.get() || page.version() != life) {
          leasesOnFreePages.incrementAndGet();
        }
        if (page.release()) {
          freed();
        }
      }
      barrier.await();
    }
    return null;
  }

  private void freed() {
    inUse.set(false);
    freedCount.incrementAndGet();
  }
}
