package io.larder.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps on threads of their own: they run when woken, and not at all after the end. */
@Timeout(60)
class ThreadWorkTest {
  private final ThreadWork work = new ThreadWork("test");

  @AfterEach
  void stop() {
    work.close();
  }

  @Test
  void noWakeUpIsEverLost() {
    AtomicLong published = new AtomicLong();
    AtomicLong seen = new AtomicLong();
    Wakeup wakeup =
        work.start(
            "follower",
            () -> {
              seen.set(published.get());
              return Step.UNTIL_WOKEN;
            });
    for (int round = 1; round <= 50_000; round++) {
      published.set(round);
      wakeup.wake();
      while (seen.get() != round) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void stepWokenWhileItRunsRunsOnceMore() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch woken = new CountDownLatch(1);
    CountDownLatch twice = new CountDownLatch(2);
    Wakeup wakeup =
        work.start(
            "slow",
            () -> {
              running.countDown();
              await(woken);
              twice.countDown();
              return Step.UNTIL_WOKEN;
            });
    running.await();
    wakeup.wake();
    woken.countDown();
    assertThat(twice.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void stepRunsAgainAfterTheTimeItNamed() throws InterruptedException {
    CountDownLatch thrice = new CountDownLatch(3);
    work.start(
        "timed",
        () -> {
          thrice.countDown();
          return TimeUnit.MILLISECONDS.toNanos(1);
        });
    assertThat(thrice.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void stepThatThrowsIsTriedAgain() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch thrice = new CountDownLatch(3);
    work.start(
        "broken",
        () -> {
          thrice.countDown();
          if (runs.incrementAndGet() == 1) {
            throw new IllegalStateException("thrown on purpose by a step");
          }
          throw new AssertionError("thrown on purpose by a step");
        });
    assertThat(thrice.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closingWaitsForTheRunningStepAndNoneRunsLater() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger runs = new AtomicInteger();
    Wakeup wakeup =
        work.start(
            "slow",
            () -> {
              runs.incrementAndGet();
              running.countDown();
              pause(50);
              ended.set(true);
              return Step.AT_ONCE;
            });
    running.await();
    work.close();
    assertThat(ended).isTrue();

    int runsAtEnd = runs.get();
    wakeup.wake();
    pause(20);
    assertThat(runs).hasValue(runsAtEnd);
    assertThatThrownBy(() -> work.start("late", () -> Step.AT_ONCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("late");
  }

  @Test
  void sleepingStepDoesNotHoldUpTheEnd() {
    work.start("sleeper", () -> Step.UNTIL_WOKEN);
    work.start("waiter", () -> TimeUnit.HOURS.toNanos(1));
    long start = System.nanoTime();
    work.close();
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
