package io.larder.cache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.index.Index;
import io.larder.cache.index.KeyHash;
import io.larder.cache.ram.RamBudget;
import io.larder.cache.ram.RamLog;
import io.larder.cache.record.RecordLayout;
import io.larder.testkit.ManualClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a flush_all has let die stays dead, whoever else flushes at the same time. */
class FlushWatermarkTest {
  private final ManualClock clock = new ManualClock();
  private final RamBudget budget = new RamBudget(64 * 1024, 16);
  private final Tiers tiers =
      new Tiers(
          new Index(64 * 1024, budget::takeForIndex, 1, 1),
          new RamLog(budget, Integer.MAX_VALUE),
          null,
          new KeyHash(0),
          clock,
          1);

  @AfterEach
  void closeBudget() {
    budget.close();
  }

  /** A record that is written now. */
  private MemorySegment record() {
    MemorySegment memory = Arena.ofAuto().allocate(64);
    RecordLayout.setSequence(memory, 0, tiers.nextSequence());
    return memory;
  }

  private boolean isFlushed(MemorySegment record) {
    return tiers.isFlushed(record, 0);
  }

  @Test
  void whatIsWrittenBeforeAFlushDiesAndWhatIsWrittenAfterItLives() {
    MemorySegment before = record();
    assertThat(isFlushed(before)).isFalse();
    tiers.flushAll(0);
    MemorySegment after = record();

    assertThat(isFlushed(before)).isTrue();
    assertThat(isFlushed(after)).isFalse();
  }

  @Test
  void delayedFlushTakesEverythingWrittenUntilItIsDue() {
    MemorySegment before = record();
    tiers.flushAll(clock.unixSeconds() + 10);
    MemorySegment meanwhile = record();
    tiers.flushIfDue(clock.unixSeconds() + 9);
    assertThat(isFlushed(before)).isFalse();

    tiers.flushIfDue(clock.unixSeconds() + 10);

    assertThat(isFlushed(before)).isTrue();
    assertThat(isFlushed(meanwhile)).isTrue();
    MemorySegment after = record();
    tiers.flushIfDue(clock.unixSeconds() + 20);
    assertThat(isFlushed(after)).as("once is enough").isFalse();
  }

  @Test
  void latestFlushReplacesADelayedOne() {
    MemorySegment record = record();
    tiers.flushAll(clock.unixSeconds() + 10);
    tiers.flushAll(clock.unixSeconds() + 100);
    tiers.flushIfDue(clock.unixSeconds() + 99);
    assertThat(isFlushed(record)).isFalse();
    tiers.flushIfDue(clock.unixSeconds() + 100);
    assertThat(isFlushed(record)).isTrue();

    tiers.flushAll(clock.unixSeconds() + 10);
    tiers.flushAll(0);
    MemorySegment later = record();
    tiers.flushIfDue(clock.unixSeconds() + 1000);
    assertThat(isFlushed(later)).as("the delayed one has been replaced").isFalse();
  }

  /** Does {@code one} over and over in threads of their own while {@code other} runs. */
  private static void during(Runnable one, int threadCount, Runnable other) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(threadCount)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threadCount; i++) {
        running.add(
            threads.submit(() -> {
              while (!done.get()) {
                one.run();
              }
            }));
      }
      try {
        other.run();
      } finally {
        done.set(true);
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  @Test
  void nothingComesBackToLifeWhenSeveralFlushAtOnce() throws Exception {
    during(
        () -> {
          tiers.nextSequence();
          tiers.flushAll(0);
        },
        3,
        () -> {
          MemorySegment record = record();
          for (int i = 0; i < 300_000; i++) {
            RecordLayout.setSequence(record, 0, tiers.nextSequence());
            boolean resurrected = isFlushed(record) && !isFlushed(record);
            assertThat(resurrected).as("seen dead and then alive, round " + i).isFalse();
          }
        });
  }

  @Test
  void delayedFlushIsNotLostWhenAnEarlierOneBecomesDueAtTheSameTime() throws Exception {
    long now = clock.unixSeconds();
    during(
        () -> tiers.flushIfDue(now + 10),
        1,
        () -> {
          for (int i = 0; i < 100_000; i++) {
            tiers.flushAll(now + 10);
            tiers.flushAll(now + 20);
            MemorySegment record = record();
            tiers.flushIfDue(now + 20);
            assertThat(isFlushed(record)).as("round " + i).isTrue();
          }
        });
  }
}
