package io.larder.cache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteBudgetTest {
  private static final int RECORD_BYTES = 1_000;
  private static final int RATE = 1_000_000;

  private final ManualClock clock = new ManualClock();
  private long deviceBytes;
  private final WriteBudget budget = new WriteBudget(RATE, clock, () -> deviceBytes);
  private final long[] writtenBytes = new long[WriteBudget.STEP_COUNT];

  /** Offers records of these steps, a thousandth of {@code bytesPerSecond} every millisecond. */
  private void offer(int seconds, int bytesPerSecond, int... steps) {
    int each = bytesPerSecond / steps.length;
    for (int milli = 0; milli < 1000 * seconds; milli++) {
      for (int step : steps) {
        for (int bytes = each / 1000; bytes > 0; bytes -= RECORD_BYTES) {
          int size = Math.min(bytes, RECORD_BYTES);
          if (budget.spend(step, size)) {
            writtenBytes[step] += size;
            deviceBytes += size;
          }
        }
      }
      clock.advance(Duration.ofMillis(1));
    }
  }

  private long written() {
    long sum = 0;
    for (long bytes : writtenBytes) {
      sum += bytes;
    }
    return sum;
  }

  @Test
  void withoutALimitEverythingIsWritten() {
    WriteBudget none = new WriteBudget(0, clock, () -> deviceBytes);
    for (int i = 0; i < 10_000; i++) {
      assertThat(none.spend(0, 1 << 20)).isTrue();
    }
  }

  @Test
  void belowTheLimitEverythingIsWritten() {
    offer(30, RATE / 2, 0, 5, 31);

    assertThat(written()).isGreaterThan(30L * RATE / 2 * 99 / 100);
    assertThat(budget.bar()).isZero();
  }

  @Test
  void beyondItTheMostUsefulIsWrittenFirst() {
    offer(60, 4 * RATE, 3, 10, 20, 30);

    // A quarter of what is offered is as much as the budget allows.
    assertThat(writtenBytes[30]).isGreaterThan(59L * RATE * 95 / 100);
    assertThat(writtenBytes[20] + writtenBytes[10] + writtenBytes[3]).isLessThan(5L * RATE);
    assertThat(written()).isLessThan(62L * RATE);
  }

  @Test
  void whatIsLeftOverGoesToTheNextBest() {
    offer(60, 4 * RATE, 3, 30, 30, 3, 3, 3, 3, 3);

    // Half the rate is wanted by the best; the rest is worth the same.
    assertThat(writtenBytes[30]).isGreaterThan(58L * RATE);
    assertThat(writtenBytes[3]).isLessThan(3L * RATE);

    offer(60, 4 * RATE, 20, 20, 20, 20, 20, 20, 20, 31);
    assertThat(writtenBytes[31]).isGreaterThan(60L * RATE / 2 * 99 / 100);
    assertThat(writtenBytes[20]).isBetween(60L * RATE * 4 / 10, 60L * RATE * 6 / 10);
  }

  @Test
  void holdsOverADayWhateverTheHoursBring() {
    int hour = 3600;
    for (int i = 0; i < 8; i++) {
      quickly(hour, RATE / 10);
      quickly(2 * hour, 5 * RATE);
    }
    assertThat(written()).isBetween(24L * hour * RATE * 75 / 100, 24L * hour * RATE * 103 / 100);
  }

  /** Offers as {@link #offer} does, in fewer and larger pieces. */
  private void quickly(int seconds, int bytesPerSecond) {
    for (int i = 0; i < seconds; i++) {
      for (int piece = 0; piece < 20; piece++) {
        int step = piece % WriteBudget.STEP_COUNT;
        int bytes = bytesPerSecond / 20;
        if (budget.spend(step, bytes)) {
          writtenBytes[step] += bytes;
          deviceBytes += bytes;
        }
      }
      clock.advanceSeconds(1);
    }
  }

  @Test
  void whatWasSavedIsSpentWithinADay() {
    quickly(6 * 3600, 0);
    long before = written();
    offer(100, 4 * RATE, 1, 2, 3, 4);

    double perSecond = (written() - before) / 100.0;
    assertThat(perSecond).isBetween(1.15 * RATE, 1.35 * RATE);
  }

  @Test
  void whatTheDeviceWritesBesideRecordsCountsToo() {
    for (int second = 0; second < 300; second++) {
      for (int i = 0; i < 4_000; i++) {
        if (budget.spend(i % 8, RECORD_BYTES)) {
          writtenBytes[0] += RECORD_BYTES;
          deviceBytes += 2 * RECORD_BYTES;
        }
      }
      clock.advanceSeconds(1);
    }
    assertThat(deviceBytes).isLessThan(310L * RATE);
    assertThat(deviceBytes).isGreaterThan(270L * RATE);
  }

  @Test
  void nothingIsLeftToChance() {
    offer(20, 3 * RATE, 4, 9, 12);
    long[] first = writtenBytes.clone();
    WriteBudgetTest again = new WriteBudgetTest();
    again.offer(20, 3 * RATE, 4, 9, 12);

    assertThat(again.writtenBytes).isEqualTo(first);
  }
}
